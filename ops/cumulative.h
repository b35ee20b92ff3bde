/// @file
/// Running sums and products, and products. Floating numbers are computed in float64; integers and
/// booleans give int64 and wrap around.
///
/// Gradients of products divide by nothing, so zeros among the factors do no harm, at any order.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// y[i] = x[0] + ... + x[i] along `dim`.
RETROGRAD_API Tensor cumsum(const Tensor& x, std::int64_t dim, Where where = {});
/// y[i] = x[0] ... x[i] along `dim`.
RETROGRAD_API Tensor cumprod(const Tensor& x, std::int64_t dim, Where where = {});
/// The product over `dims`, {} for all; 1 for no elements. With keepdim they stay as 1.
RETROGRAD_API Tensor prod(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                          Where where = {});

}  // namespace retrograd
