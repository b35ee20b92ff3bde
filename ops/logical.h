/// @file
/// Questions about each element; boolean results, no gradients. Every dtype is taken.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Integers and booleans are finite.
RETROGRAD_API Tensor isnan(const Tensor& x, Where where = {});
/// Whether elements are infinite.
RETROGRAD_API Tensor isinf(const Tensor& x, Where where = {});
/// Whether elements are neither infinite nor NaN; integers and booleans always.
RETROGRAD_API Tensor isfinite(const Tensor& x, Where where = {});

/// What is not 0 counts as true, NaN too. The two operands broadcast.
RETROGRAD_API Tensor logical_not(const Tensor& x, Where where = {});
/// Whether both are not 0; NaN counts as true. The operands broadcast.
RETROGRAD_API Tensor logical_and(const Tensor& a, const Tensor& b, Where where = {});
/// Whether one of them is not 0; NaN counts as true. The operands broadcast.
RETROGRAD_API Tensor logical_or(const Tensor& a, const Tensor& b, Where where = {});
/// Whether a single one of them is not 0; NaN counts as true. The operands broadcast.
RETROGRAD_API Tensor logical_xor(const Tensor& a, const Tensor& b, Where where = {});

}  // namespace retrograd
