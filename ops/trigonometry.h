/// @file
/// Circular and hyperbolic functions of each element, in radians; tanh is in ops/elementwise.h.
/// Integers are refused with a DTypeError. Outside of their domain asin and acos are NaN.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Sine, in radians.
RETROGRAD_API Tensor sin(const Tensor& x, Where where = {});
/// Cosine, in radians.
RETROGRAD_API Tensor cos(const Tensor& x, Where where = {});
/// Tangent, in radians.
RETROGRAD_API Tensor tan(const Tensor& x, Where where = {});
/// Inverse sine, in radians; NaN outside [-1, 1].
RETROGRAD_API Tensor asin(const Tensor& x, Where where = {});
/// Inverse cosine, in radians; NaN outside [-1, 1].
RETROGRAD_API Tensor acos(const Tensor& x, Where where = {});
/// Inverse tangent, in radians.
RETROGRAD_API Tensor atan(const Tensor& x, Where where = {});
/// Hyperbolic sine.
RETROGRAD_API Tensor sinh(const Tensor& x, Where where = {});
/// Hyperbolic cosine.
RETROGRAD_API Tensor cosh(const Tensor& x, Where where = {});

}  // namespace retrograd
