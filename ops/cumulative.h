/// @file
/// Running sums and products, and products.
///
/// Floating numbers are computed in float64. Integers and booleans give int64 and wrap around.
/// Gradients of products divide by no factor, so they are right at zeros, at any order.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the running sum `y[i] = x[0] + ... + x[i]` along `dim`.
/// @code rg::cumsum(rg::tensor({1.0, 2.0, 3.0}), 0);  // [1, 3, 6] @endcode
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API Tensor cumsum(const Tensor& x, std::int64_t dim, Where where = {});

/// Returns the running product `y[i] = x[0] x[1] ... x[i]` along `dim`.
/// @code rg::cumprod(rg::tensor({1.0, 2.0, 3.0}), 0);  // [1, 2, 6] @endcode
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API Tensor cumprod(const Tensor& x, std::int64_t dim, Where where = {});

/// Returns the product over `dims`, or over all dimensions for `{}`. The product of no elements is
/// 1. `keepdim` keeps reduced dimensions, with length 1.
/// @code rg::prod(rg::tensor({{1.0, 2.0}, {3.0, 4.0}}), 1);  // [2, 12] @endcode
/// @throws IndexError if a dimension is out of range or repeated.
RETROGRAD_API Tensor prod(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                          Where where = {});

}  // namespace retrograd
