/// @file
/// Norms of vectors.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the p-norm `(sum |x|^p)^(1 / p)` over `dims`, or over all dimensions for `{}`, summed in
/// float64. `keepdim` keeps reduced dimensions, with length 1.
///
/// p = inf and -inf give the largest and smallest `|x|`, and p = 0 the number of nonzero elements.
/// The gradient is 0 where the norm is 0, and at x = 0 for p = 1. For an infinite p, equal extreme
/// elements share the gradient evenly.
/// @code rg::norm(rg::tensor({3.0, 4.0}));  // 5 @endcode
/// @throws IndexError if a dimension is out of range or repeated.
/// @throws ShapeError if `p` is infinite and there are no elements.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `p` is NaN.
RETROGRAD_API Tensor norm(const Tensor& x, double p = 2, const Dims& dims = {},
                          bool keepdim = false, Where where = {});

}  // namespace retrograd
