/// @file
/// Element-wise arithmetic with broadcasting, and comparisons.
///
/// Two operands are brought to one dtype as PyTorch does it (a number does not change the dtype of
/// a tensor of its kind) and to one shape by expanding dimensions of length 1. Throws ShapeError
/// when the shapes do not fit, and ValueError for a number that an integer tensor does not hold:
/// uint8 takes 0 to 255. `add`, `sub` and `mul` wrap around and take -255 to 255 there. Comparisons
/// take every number, and round it to the dtype of a floating tensor first.
#pragma once

#include <optional>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// a + b.
RETROGRAD_API Tensor add(const Operand& a, const Operand& b, Where where = {});
/// a - b.
RETROGRAD_API Tensor sub(const Operand& a, const Operand& b, Where where = {});
/// a b.
RETROGRAD_API Tensor mul(const Operand& a, const Operand& b, Where where = {});
/// True division: integers give float32.
RETROGRAD_API Tensor div(const Operand& a, const Operand& b, Where where = {});
/// a to the power b. d/da = b a^(b-1), 0 where b is 0; d/db = a^b log a, 0 where a is 0 and b >= 0.
/// Integers to a negative power are 0 but for 1 and -1.
RETROGRAD_API Tensor pow(const Operand& a, const Operand& b, Where where = {});
/// a - b trunc(a / b), with the sign of a. d/da = 1 and d/db = -trunc(a / b) between the jumps.
/// Throws ValueError for integers by 0, DTypeError for booleans.
RETROGRAD_API Tensor fmod(const Operand& a, const Operand& b, Where where = {});
/// a - b floor(a / b), with the sign of b. The rest as for fmod.
RETROGRAD_API Tensor remainder(const Operand& a, const Operand& b, Where where = {});
/// floor(a / b); integers stay integers. The gradient is 0. Throws as fmod does.
RETROGRAD_API Tensor floor_divide(const Operand& a, const Operand& b, Where where = {});
/// The larger of the two; NaN if either is, and then both get the gradient. At a tie each gets
/// half.
RETROGRAD_API Tensor maximum(const Operand& a, const Operand& b, Where where = {});
/// The smaller of the two, likewise.
RETROGRAD_API Tensor minimum(const Operand& a, const Operand& b, Where where = {});

/// add().
inline Tensor operator+(const Operand& a, const Operand& b) {
  return add(a, b, a.is_tensor() ? a.where() : b.where());
}
/// sub().
inline Tensor operator-(const Operand& a, const Operand& b) {
  return sub(a, b, a.is_tensor() ? a.where() : b.where());
}
/// What it points to.
inline Tensor operator*(const Operand& a, const Operand& b) {
  return mul(a, b, a.is_tensor() ? a.where() : b.where());
}
/// div().
inline Tensor operator/(const Operand& a, const Operand& b) {
  return div(a, b, a.is_tensor() ? a.where() : b.where());
}

/// `Tensor::add_()`.
inline Tensor& operator+=(Tensor& a, const Operand& b) {
  return a.add_(b, b.where());
}
/// `Tensor::sub_()`.
inline Tensor& operator-=(Tensor& a, const Operand& b) {
  return a.sub_(b, b.where());
}
/// `Tensor::mul_()`.
inline Tensor& operator*=(Tensor& a, const Operand& b) {
  return a.mul_(b, b.where());
}
/// `Tensor::div_()`.
inline Tensor& operator/=(Tensor& a, const Operand& b) {
  return a.div_(b, b.where());
}

/// Element-wise comparisons; boolean results, no gradients.
RETROGRAD_API Tensor eq(const Operand& a, const Operand& b, Where where = {});
/// Element-wise comparisons; boolean results, no gradients.
RETROGRAD_API Tensor ne(const Operand& a, const Operand& b, Where where = {});
/// Element-wise comparisons; boolean results, no gradients.
RETROGRAD_API Tensor lt(const Operand& a, const Operand& b, Where where = {});
/// Element-wise comparisons; boolean results, no gradients.
RETROGRAD_API Tensor le(const Operand& a, const Operand& b, Where where = {});
/// Element-wise comparisons; boolean results, no gradients.
RETROGRAD_API Tensor gt(const Operand& a, const Operand& b, Where where = {});
/// Element-wise comparisons; boolean results, no gradients.
RETROGRAD_API Tensor ge(const Operand& a, const Operand& b, Where where = {});

/// Whether the two are equal.
inline Tensor operator==(const Operand& a, const Operand& b) {
  return eq(a, b, a.is_tensor() ? a.where() : b.where());
}
/// ne().
inline Tensor operator!=(const Operand& a, const Operand& b) {
  return ne(a, b, a.is_tensor() ? a.where() : b.where());
}
/// lt().
inline Tensor operator<(const Operand& a, const Operand& b) {
  return lt(a, b, a.is_tensor() ? a.where() : b.where());
}
/// le().
inline Tensor operator<=(const Operand& a, const Operand& b) {
  return le(a, b, a.is_tensor() ? a.where() : b.where());
}
/// gt().
inline Tensor operator>(const Operand& a, const Operand& b) {
  return gt(a, b, a.is_tensor() ? a.where() : b.where());
}
/// ge().
inline Tensor operator>=(const Operand& a, const Operand& b) {
  return ge(a, b, a.is_tensor() ? a.where() : b.where());
}

/// a where the boolean condition holds, else b; all three broadcast.
RETROGRAD_API Tensor where(const Tensor& condition, const Operand& a, const Operand& b,
                           Where where = {});

}  // namespace retrograd
