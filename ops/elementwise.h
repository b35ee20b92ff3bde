/// @file
/// Functions of each element. Integers are refused with a DTypeError unless said otherwise. NaN
/// stays NaN; so do sign and the gradient of abs there, for which PyTorch has 0.
#pragma once

#include <optional>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// -x. Integers too.
RETROGRAD_API Tensor neg(const Tensor& x, Where where = {});
/// The absolute value. Integers too; gradient 0 at 0.
RETROGRAD_API Tensor abs(const Tensor& x, Where where = {});
/// -1, 0 or 1. Integers too; gradient 0.
RETROGRAD_API Tensor sign(const Tensor& x, Where where = {});
/// The exponential function.
RETROGRAD_API Tensor exp(const Tensor& x, Where where = {});
/// Natural logarithm.
RETROGRAD_API Tensor log(const Tensor& x, Where where = {});
/// `log(1 + x)`, exact near 0.
RETROGRAD_API Tensor log1p(const Tensor& x, Where where = {});
/// The logarithm to base 2.
RETROGRAD_API Tensor log2(const Tensor& x, Where where = {});
/// `exp(x) - 1`, exact near 0.
RETROGRAD_API Tensor expm1(const Tensor& x, Where where = {});
/// 2 / sqrt(pi) int_0^x exp(-t^2) dt.
RETROGRAD_API Tensor erf(const Tensor& x, Where where = {});
/// The square root; NaN below 0.
RETROGRAD_API Tensor sqrt(const Tensor& x, Where where = {});
/// `1 / sqrt(x)`.
RETROGRAD_API Tensor rsqrt(const Tensor& x, Where where = {});
/// x times x. Integers too.
RETROGRAD_API Tensor square(const Tensor& x, Where where = {});
/// `1 / x`.
RETROGRAD_API Tensor reciprocal(const Tensor& x, Where where = {});
/// Hyperbolic tangent.
RETROGRAD_API Tensor tanh(const Tensor& x, Where where = {});
/// `1 / (1 + exp(-x))`.
RETROGRAD_API Tensor sigmoid(const Tensor& x, Where where = {});
/// max(x, 0); integers too; gradient 0 at 0
RETROGRAD_API Tensor relu(const Tensor& x, Where where = {});
/// Limits to [min, max], either left out. The gradient passes where min <= x <= max. When min is
/// above max, all becomes max, NaN gets no gradient. Integers too; a floating bound makes them
/// float32. Throws ValueError without any bound, and for a bound that an integer dtype does not
/// hold but its elements would become: a minimum of 300 for uint8.
RETROGRAD_API Tensor clamp(const Tensor& x, std::optional<Scalar> min,
                           std::optional<Scalar> max = {}, Where where = {});

/// Whole numbers; integers stay as they are, gradient 0.
RETROGRAD_API Tensor floor(const Tensor& x, Where where = {});
/// The smallest whole number that is not below x, as of floor().
RETROGRAD_API Tensor ceil(const Tensor& x, Where where = {});
/// Whole numbers; integers stay as they are, gradient 0.
/// Halves to the even one.
RETROGRAD_API Tensor round(const Tensor& x, Where where = {});

/// start + weight (end - start); all three broadcast. The tensors must have one dtype.
RETROGRAD_API Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight,
                          Where where = {});

/// sub().
inline Tensor operator-(const Operand& x) {
  return neg(x.tensor(), x.where());
}

}  // namespace retrograd
