/// @file
/// Functions of each element.
///
/// NaN stays NaN. So do sign() and the gradient of abs() at NaN, where PyTorch has 0.
#pragma once

#include <optional>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns `-x`. Accepts integers.
/// @code rg::neg(rg::tensor({1, -2}));  // [-1, 2] @endcode
/// @throws DTypeError if `x` is boolean.
RETROGRAD_API Tensor neg(const Tensor& x, Where where = {});

/// Returns the absolute value `|x|`. Accepts integers. The gradient at 0 is 0.
/// @code rg::abs(rg::tensor({1.0, -2.0}));  // [1, 2] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor abs(const Tensor& x, Where where = {});

/// Returns -1, 0 or 1, the sign of x. Accepts integers. The gradient is 0.
/// @code rg::sign(rg::tensor({3.0, 0.0, -2.0}));  // [1, 0, -1] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor sign(const Tensor& x, Where where = {});

/// Returns `exp(x)`.
/// @code rg::exp(rg::tensor({0.0, 1.0}));  // [1, 2.7183] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor exp(const Tensor& x, Where where = {});

/// Returns the natural logarithm of x: minus infinity at 0, and NaN below 0.
/// @code rg::log(rg::tensor({1.0, 10.0}));  // [0, 2.3026] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor log(const Tensor& x, Where where = {});

/// Returns `log(1 + x)`, exact near 0.
/// @code rg::log1p(rg::tensor({0.0, 1.0}));  // [0, 0.69315] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor log1p(const Tensor& x, Where where = {});

/// Returns the logarithm of x to base 2.
/// @code rg::log2(rg::tensor({1.0, 8.0}));  // [0, 3] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor log2(const Tensor& x, Where where = {});

/// Returns `exp(x) - 1`, exact near 0.
/// @code rg::expm1(rg::tensor({0.0, 1.0}));  // [0, 1.7183] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor expm1(const Tensor& x, Where where = {});

/// Returns the error function `2 / sqrt(pi) int_0^x exp(-t^2) dt`.
/// @code rg::erf(rg::tensor({0.0, 1.0}));  // [0, 0.8427] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor erf(const Tensor& x, Where where = {});

/// Returns the square root of x, and NaN below 0.
/// @code rg::sqrt(rg::tensor({4.0, 9.0}));  // [2, 3] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor sqrt(const Tensor& x, Where where = {});

/// Returns `1 / sqrt(x)`.
/// @code rg::rsqrt(rg::tensor({4.0, 16.0}));  // [0.5, 0.25] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor rsqrt(const Tensor& x, Where where = {});

/// Returns `x^2`. Accepts integers.
/// @code rg::square(rg::tensor({2.0, -3.0}));  // [4, 9] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor square(const Tensor& x, Where where = {});

/// Returns `1 / x`.
/// @code rg::reciprocal(rg::tensor({2.0, -4.0}));  // [0.5, -0.25] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor reciprocal(const Tensor& x, Where where = {});

/// Returns the hyperbolic tangent of x.
/// @code rg::tanh(rg::tensor({0.0, 1.0}));  // [0, 0.76159] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor tanh(const Tensor& x, Where where = {});

/// Returns `1 / (1 + exp(-x))`.
/// @code rg::sigmoid(rg::tensor({0.0, 1.0}));  // [0.5, 0.73106] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor sigmoid(const Tensor& x, Where where = {});

/// Returns `max(x, 0)`. Accepts integers. The gradient at 0 is 0.
/// @code rg::relu(rg::tensor({-1.0, 2.0}));  // [0, 2] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor relu(const Tensor& x, Where where = {});

/// Returns x limited to `[min, max]`; either bound may be left out. The gradient passes where
/// `min <= x <= max`, and NaN gets none. If `min > max`, all elements become `max`.
///
/// Accepts integers. A floating bound makes them float32.
/// @code rg::clamp(rg::tensor({-5.0, 0.5, 5.0}), -1, 1);  // [-1, 0.5, 1] @endcode
/// @throws ValueError if no bound is given, or elements would become a bound that their integer
/// dtype cannot hold: a minimum of 300 for uint8.
RETROGRAD_API Tensor clamp(const Tensor& x, std::optional<Scalar> min,
                           std::optional<Scalar> max = {}, Where where = {});

/// Returns the largest whole number that is not above x. Integers stay as they are. The gradient is
/// 0.
/// @code rg::floor(rg::tensor({-1.5, 1.5}));  // [-2, 1] @endcode
/// @throws DTypeError if `x` is boolean.
RETROGRAD_API Tensor floor(const Tensor& x, Where where = {});

/// Returns the smallest whole number that is not below x. Integers stay as they are. The gradient
/// is 0.
/// @code rg::ceil(rg::tensor({-1.5, 1.5}));  // [-1, 2] @endcode
/// @throws DTypeError if `x` is boolean.
RETROGRAD_API Tensor ceil(const Tensor& x, Where where = {});

/// Returns the nearest whole number, and the even one of two. Integers stay as they are. The
/// gradient is 0.
/// @code rg::round(rg::tensor({0.5, 1.5}));  // [0, 2] @endcode
/// @throws DTypeError if `x` is boolean.
RETROGRAD_API Tensor round(const Tensor& x, Where where = {});

/// Returns `start + weight (end - start)`. All three broadcast.
/// @code rg::lerp(rg::zeros({2}), rg::tensor({4.0, 8.0}), 0.25);  // [1, 2] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws DTypeError if `start` is not floating, or the dtypes differ.
RETROGRAD_API Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight,
                          Where where = {});

/// Returns neg(x).
inline Tensor operator-(const Operand& x) {
  return neg(x.tensor(), x.where());
}

}  // namespace retrograd
