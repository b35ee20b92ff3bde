/// @file
/// Circular and hyperbolic functions of each element, in radians. `tanh` is in ops/elementwise.h.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the sine of x, in radians.
/// @code rg::sin(rg::tensor({0.0, 1.0}));  // [0, 0.84147] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor sin(const Tensor& x, Where where = {});

/// Returns the cosine of x, in radians.
/// @code rg::cos(rg::tensor({0.0, 1.0}));  // [1, 0.5403] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor cos(const Tensor& x, Where where = {});

/// Returns the tangent of x, in radians.
/// @code rg::tan(rg::tensor({0.0, 1.0}));  // [0, 1.5574] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor tan(const Tensor& x, Where where = {});

/// Returns the inverse sine of x, in radians, and NaN outside [-1, 1].
/// @code rg::asin(rg::tensor({0.0, 1.0}));  // [0, 1.5708] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor asin(const Tensor& x, Where where = {});

/// Returns the inverse cosine of x, in radians, and NaN outside [-1, 1].
/// @code rg::acos(rg::tensor({0.0, 1.0}));  // [1.5708, 0] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor acos(const Tensor& x, Where where = {});

/// Returns the inverse tangent of x, in radians.
/// @code rg::atan(rg::tensor({0.0, 1.0}));  // [0, 0.7854] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor atan(const Tensor& x, Where where = {});

/// Returns the hyperbolic sine of x.
/// @code rg::sinh(rg::tensor({0.0, 1.0}));  // [0, 1.1752] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor sinh(const Tensor& x, Where where = {});

/// Returns the hyperbolic cosine of x.
/// @code rg::cosh(rg::tensor({0.0, 1.0}));  // [1, 1.5431] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor cosh(const Tensor& x, Where where = {});

}  // namespace retrograd
