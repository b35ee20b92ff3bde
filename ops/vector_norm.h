/// @file
/// Norms of vectors.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// (sum |x|^p)^(1/p) over `dims`, {} for all, gathered in float64. p = inf and -inf give the
/// largest and the smallest |x|, p = 0 the number of elements that are not 0.
///
/// Gradients: 0 at x = 0 for p = 1, 0 where the norm is 0; the elements that are largest (p = inf)
/// or smallest share the gradient evenly. Throws ShapeError for inf and -inf of no elements,
/// ValueError for NaN.
RETROGRAD_API Tensor norm(const Tensor& x, double p = 2, const Dims& dims = {},
                          bool keepdim = false, Where where = {});

}  // namespace retrograd
