/// @file
/// Softmax and its logarithm, computed without overflow. Throws DTypeError for integers, IndexError
/// for a dimension that is not there.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// exp(x) / sum(exp(x)) along `dim`.
RETROGRAD_API Tensor softmax(const Tensor& x, std::int64_t dim, Where where = {});
/// x - log(sum(exp(x))) along `dim`.
RETROGRAD_API Tensor log_softmax(const Tensor& x, std::int64_t dim, Where where = {});
/// log(sum(exp(x))) over `dims`, {} for all; -inf for no elements.
RETROGRAD_API Tensor logsumexp(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                               Where where = {});

}  // namespace retrograd
