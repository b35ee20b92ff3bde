/// @file
/// Questions about each element, with boolean results and without gradients. Every dtype is
/// accepted.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns true where x is NaN. Integers and booleans are never NaN.
/// @code rg::isnan(rg::tensor({1.0, NAN}));  // [false, true] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor isnan(const Tensor& x, Where where = {});

/// Returns true where x is infinite. Integers and booleans are never infinite.
/// @code rg::isinf(rg::tensor({1.0, INFINITY}));  // [false, true] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor isinf(const Tensor& x, Where where = {});

/// Returns true where x is neither infinite nor NaN. Integers and booleans are always finite.
/// @code rg::isfinite(rg::tensor({1.0, INFINITY}));  // [true, false] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor isfinite(const Tensor& x, Where where = {});

/// Returns true where x is 0. NaN counts as true.
/// @code rg::logical_not(rg::tensor({0, 3}));  // [true, false] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor logical_not(const Tensor& x, Where where = {});

/// Returns true where both operands are not 0. NaN counts as true. The operands broadcast.
/// @code rg::logical_and(rg::tensor({0, 3}), rg::tensor({1, 1}));  // [false, true] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor logical_and(const Tensor& a, const Tensor& b, Where where = {});

/// Returns true where at least one operand is not 0. NaN counts as true. The operands broadcast.
/// @code rg::logical_or(rg::tensor({0, 3}), rg::tensor({0, 0}));  // [false, true] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor logical_or(const Tensor& a, const Tensor& b, Where where = {});

/// Returns true where exactly one operand is not 0. NaN counts as true. The operands broadcast.
/// @code rg::logical_xor(rg::tensor({0, 3}), rg::tensor({1, 1}));  // [true, false] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor logical_xor(const Tensor& a, const Tensor& b, Where where = {});

}  // namespace retrograd
