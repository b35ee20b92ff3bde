/// @file
/// Softmax and its logarithm, computed without overflow.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns `exp(x) / sum(exp(x))` along `dim`.
/// @code rg::softmax(rg::tensor({0.0, 0.0}), 0);  // [0.5, 0.5] @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor softmax(const Tensor& x, std::int64_t dim, Where where = {});

/// Returns `x - log(sum(exp(x)))` along `dim`.
/// @code rg::log_softmax(rg::tensor({0.0, 0.0}), 0);  // [-0.69315, -0.69315] @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor log_softmax(const Tensor& x, std::int64_t dim, Where where = {});

/// Returns `log(sum(exp(x)))` over `dims`, or over all dimensions for `{}`. The result of no
/// elements is -inf. `keepdim` keeps reduced dimensions, with length 1.
/// @code rg::logsumexp(rg::tensor({0.0, 0.0}));  // 0.69315 @endcode
/// @throws IndexError if a dimension is out of range or repeated.
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor logsumexp(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                               Where where = {});

}  // namespace retrograd
