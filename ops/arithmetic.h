/// @file
/// Element-wise arithmetic with broadcasting, and comparisons.
///
/// Two operands get one dtype by PyTorch's rules: a number does not change the dtype of a tensor of
/// its kind. They get one shape by expanding dimensions of length 1.
///
/// Integer tensors accept only numbers that they can hold, such as 0 to 255 for uint8. `add`, `sub`
/// and `mul` of uint8 wrap around, and accept -255 to 255. Comparisons accept every number, and
/// round it to the dtype of a floating tensor first.
#pragma once

#include <optional>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns `a + b`.
/// @code rg::add(rg::tensor({1.0, 2.0}), 3.0);  // [4, 5] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws ValueError if an integer tensor cannot hold a number.
RETROGRAD_API Tensor add(const Operand& a, const Operand& b, Where where = {});

/// Returns `a - b`.
/// @code rg::sub(rg::tensor({1.0, 2.0}), 3.0);  // [-2, -1] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws ValueError if an integer tensor cannot hold a number.
RETROGRAD_API Tensor sub(const Operand& a, const Operand& b, Where where = {});

/// Returns `a b`, element by element.
/// @code rg::mul(rg::tensor({1.0, 2.0}), 3.0);  // [3, 6] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws ValueError if an integer tensor cannot hold a number.
RETROGRAD_API Tensor mul(const Operand& a, const Operand& b, Where where = {});

/// Returns `a / b`. Integers give float32.
/// @code rg::div(rg::tensor({1, 2}), 4);  // [0.25, 0.5] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws ValueError if an integer tensor cannot hold a number.
RETROGRAD_API Tensor div(const Operand& a, const Operand& b, Where where = {});

/// Returns `a^b`. The derivative by a is `b a^(b-1)`, or 0 where b is 0. The derivative by b is
/// `a^b log(a)`, or 0 where a is 0 and `b >= 0`. Integers to a negative power are 0, except 1 and
/// -1.
/// @code rg::pow(rg::tensor({2.0, 3.0}), 2);  // [4, 9] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws ValueError if an integer tensor cannot hold a number.
RETROGRAD_API Tensor pow(const Operand& a, const Operand& b, Where where = {});

/// Returns `a - b trunc(a / b)`, with the sign of a. Between the jumps, the derivative by a is 1
/// and the derivative by b is `-trunc(a / b)`.
/// @code rg::fmod(rg::tensor({-7.0, 7.0}), 3);  // [-1, 1] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws DTypeError if both operands are boolean.
/// @throws ValueError if an integer is divided by 0.
RETROGRAD_API Tensor fmod(const Operand& a, const Operand& b, Where where = {});

/// Returns `a - b floor(a / b)`, with the sign of b. Between the jumps, the derivative by a is 1
/// and the derivative by b is `-floor(a / b)`.
/// @code rg::remainder(rg::tensor({-7.0, 7.0}), 3);  // [2, 1] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws DTypeError if both operands are boolean.
/// @throws ValueError if an integer is divided by 0.
RETROGRAD_API Tensor remainder(const Operand& a, const Operand& b, Where where = {});

/// Returns `floor(a / b)`; integers stay integers. The gradient is 0.
/// @code rg::floor_divide(rg::tensor({-7, 7}), 3);  // [-3, 2] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws DTypeError if both operands are boolean.
/// @throws ValueError if an integer is divided by 0.
RETROGRAD_API Tensor floor_divide(const Operand& a, const Operand& b, Where where = {});

/// Returns the larger of a and b, or NaN if either is NaN. Equal elements get half the gradient
/// each. If either is NaN, both get the gradient.
/// @code rg::maximum(rg::tensor({1.0, 5.0}), 3.0);  // [3, 5] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws ValueError if an integer tensor cannot hold a number.
RETROGRAD_API Tensor maximum(const Operand& a, const Operand& b, Where where = {});

/// Returns the smaller of a and b, or NaN if either is NaN. Equal elements get half the gradient
/// each. If either is NaN, both get the gradient.
/// @code rg::minimum(rg::tensor({1.0, 5.0}), 3.0);  // [1, 3] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws ValueError if an integer tensor cannot hold a number.
RETROGRAD_API Tensor minimum(const Operand& a, const Operand& b, Where where = {});

/// Returns add(a, b).
inline Tensor operator+(const Operand& a, const Operand& b) {
  return add(a, b, a.is_tensor() ? a.where() : b.where());
}
/// Returns sub(a, b).
inline Tensor operator-(const Operand& a, const Operand& b) {
  return sub(a, b, a.is_tensor() ? a.where() : b.where());
}
/// Returns mul(a, b).
inline Tensor operator*(const Operand& a, const Operand& b) {
  return mul(a, b, a.is_tensor() ? a.where() : b.where());
}
/// Returns div(a, b).
inline Tensor operator/(const Operand& a, const Operand& b) {
  return div(a, b, a.is_tensor() ? a.where() : b.where());
}

/// Adds b to the elements of a, as Tensor::add_() does.
inline Tensor& operator+=(Tensor& a, const Operand& b) {
  return a.add_(b, b.where());
}
/// Subtracts b from the elements of a, as Tensor::sub_() does.
inline Tensor& operator-=(Tensor& a, const Operand& b) {
  return a.sub_(b, b.where());
}
/// Multiplies the elements of a by b, as Tensor::mul_() does.
inline Tensor& operator*=(Tensor& a, const Operand& b) {
  return a.mul_(b, b.where());
}
/// Divides the elements of a by b, as Tensor::div_() does.
inline Tensor& operator/=(Tensor& a, const Operand& b) {
  return a.div_(b, b.where());
}

/// Returns a boolean tensor that is true where `a == b`. It has no gradient.
/// @code rg::eq(rg::tensor({1.0, 2.0}), 2.0);  // [false, true] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor eq(const Operand& a, const Operand& b, Where where = {});

/// Returns a boolean tensor that is true where `a != b`. It has no gradient.
/// @code rg::ne(rg::tensor({1.0, 2.0}), 2.0);  // [true, false] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor ne(const Operand& a, const Operand& b, Where where = {});

/// Returns a boolean tensor that is true where `a < b`. It has no gradient.
/// @code rg::lt(rg::tensor({1.0, 2.0}), 2.0);  // [true, false] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor lt(const Operand& a, const Operand& b, Where where = {});

/// Returns a boolean tensor that is true where `a <= b`. It has no gradient.
/// @code rg::le(rg::tensor({1.0, 3.0}), 2.0);  // [true, false] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor le(const Operand& a, const Operand& b, Where where = {});

/// Returns a boolean tensor that is true where `a > b`. It has no gradient.
/// @code rg::gt(rg::tensor({1.0, 3.0}), 2.0);  // [false, true] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor gt(const Operand& a, const Operand& b, Where where = {});

/// Returns a boolean tensor that is true where `a >= b`. It has no gradient.
/// @code rg::ge(rg::tensor({1.0, 2.0}), 2.0);  // [false, true] @endcode
/// @throws ShapeError if the shapes do not broadcast.
RETROGRAD_API Tensor ge(const Operand& a, const Operand& b, Where where = {});

/// Returns eq(a, b).
inline Tensor operator==(const Operand& a, const Operand& b) {
  return eq(a, b, a.is_tensor() ? a.where() : b.where());
}
/// Returns ne(a, b).
inline Tensor operator!=(const Operand& a, const Operand& b) {
  return ne(a, b, a.is_tensor() ? a.where() : b.where());
}
/// Returns lt(a, b).
inline Tensor operator<(const Operand& a, const Operand& b) {
  return lt(a, b, a.is_tensor() ? a.where() : b.where());
}
/// Returns le(a, b).
inline Tensor operator<=(const Operand& a, const Operand& b) {
  return le(a, b, a.is_tensor() ? a.where() : b.where());
}
/// Returns gt(a, b).
inline Tensor operator>(const Operand& a, const Operand& b) {
  return gt(a, b, a.is_tensor() ? a.where() : b.where());
}
/// Returns ge(a, b).
inline Tensor operator>=(const Operand& a, const Operand& b) {
  return ge(a, b, a.is_tensor() ? a.where() : b.where());
}

/// Returns a where `condition` is true, and b elsewhere. All three broadcast.
/// @code rg::where(rg::tensor({true, false}), 1.0, rg::zeros({2}));  // [1, 0] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws DTypeError if `condition` is not boolean.
/// @throws ValueError if an integer tensor cannot hold a number.
RETROGRAD_API Tensor where(const Tensor& condition, const Operand& a, const Operand& b,
                           Where where = {});

}  // namespace retrograd
