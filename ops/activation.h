/// @file
/// Activation functions, with PyTorch's names, parameters and choices at kinks.
///
/// NaN stays NaN. Values and gradients have the limits of the function at infinity, even where
/// PyTorch returns NaN. `tanh`, `sigmoid` and `relu` are in ops/elementwise.h, `softmax` in
/// ops/softmax.h.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns `log(sigmoid(x))` of each element, without overflow.
/// @code rg::logsigmoid(rg::tensor({0.0}));  // [-0.69315] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor logsigmoid(const Tensor& x, Where where = {});

/// Returns `log(1 + exp(beta x)) / beta` of each element, and x itself where `beta x > threshold`.
/// @code rg::softplus(rg::tensor({0.0, 30.0}));  // [0.69315, 30] @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `beta` is 0 or not finite, or `threshold` is NaN.
RETROGRAD_API Tensor softplus(const Tensor& x, double beta = 1, double threshold = 20,
                              Where where = {});

/// Returns x where `x > 0`, and `negative_slope x` elsewhere. The slope at 0 is `negative_slope`.
/// @code rg::leaky_relu(rg::tensor({-1.0, 2.0}), 0.1);  // [-0.1, 2] @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `negative_slope` is NaN.
RETROGRAD_API Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01, Where where = {});

/// Returns `relu(a + b)`, as at the end of a residual block. It is one operator if the dtypes
/// agree, and otherwise two.
/// @code rg::add_relu(rg::tensor({1.0, -2.0}), rg::ones({2}));  // [2, 0] @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws DTypeError if `a` is not floating.
RETROGRAD_API Tensor add_relu(const Tensor& a, const Tensor& b, Where where = {});

/// Returns x where `x > 0`, and `weight[c] x` elsewhere, for channel c. The slope at 0 is the
/// weight.
///
/// `weight` has one element, or one for each channel: dimension 1 of `x`.
/// @code rg::prelu(rg::tensor({-1.0, 2.0}), rg::tensor({0.25}));  // [-0.25, 2] @endcode
/// @throws ShapeError if `weight` has another number of elements.
/// @throws DTypeError if `x` is not floating, or the dtypes differ.
RETROGRAD_API Tensor prelu(const Tensor& x, const Tensor& weight, Where where = {});

/// Returns x where `x > 0`, and `alpha (exp(x) - 1)` elsewhere. The slope at 0 is `alpha`.
/// @code rg::elu(rg::tensor({-1.0, 2.0}));  // [-0.63212, 2] @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `alpha` is NaN.
RETROGRAD_API Tensor elu(const Tensor& x, double alpha = 1, Where where = {});

/// Returns x where `x > 0`, and `alpha (exp(x / alpha) - 1)` elsewhere.
/// @code rg::celu(rg::tensor({-1.0, 2.0}), 2);  // [-0.78694, 2] @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `alpha` is 0 or not finite.
RETROGRAD_API Tensor celu(const Tensor& x, double alpha = 1, Where where = {});

/// Returns `scale elu(x, alpha)`, with the constants of Klambauer et al., "Self-Normalizing Neural
/// Networks", 2017.
/// @code rg::selu(rg::tensor({-1.0, 1.0}));  // [-1.1113, 1.0507] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor selu(const Tensor& x, Where where = {});

/// Formulas of gelu().
enum class GeluApproximation : std::uint8_t {
  none,  ///< The exact formula, with the normal distribution.
  tanh   ///< The approximation by tanh.
};

/// Returns `x P(X <= x)` for a standard normal X. With `GeluApproximation::tanh`, returns
/// `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`.
/// @code rg::gelu(rg::tensor({-1.0, 1.0}));  // [-0.15866, 0.84134] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor gelu(const Tensor& x, GeluApproximation approximate = GeluApproximation::none,
                          Where where = {});

/// Returns `x sigmoid(x)` of each element.
/// @code rg::silu(rg::tensor({-1.0, 1.0}));  // [-0.26894, 0.73106] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor silu(const Tensor& x, Where where = {});

/// Returns `x tanh(softplus(x))` of each element.
/// @code rg::mish(rg::tensor({-1.0, 1.0}));  // [-0.3034, 0.8651] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor mish(const Tensor& x, Where where = {});

/// Returns `a sigmoid(b)`, where a and b are the first and second half of `x` along `dim`.
/// @code rg::glu(rg::tensor({3.0, 0.0}));  // [1.5] @endcode
/// @throws ShapeError if the length of `dim` is odd, or `x` has no dimension.
/// @throws IndexError if `dim` is out of range.
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor glu(const Tensor& x, std::int64_t dim = -1, Where where = {});

/// Returns x limited to `[min_val, max_val]`. The gradient at both bounds is 0, unlike that of
/// clamp().
/// @code rg::hardtanh(rg::tensor({-2.0, 0.5}));  // [-1, 0.5] @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `min_val > max_val`, or a bound is NaN.
RETROGRAD_API Tensor hardtanh(const Tensor& x, double min_val = -1, double max_val = 1,
                              Where where = {});

/// Returns `min(max(x, 0), 6)` of each element. The gradient at 0 and 6 is 0.
/// @code rg::relu6(rg::tensor({-1.0, 7.0}));  // [0, 6] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor relu6(const Tensor& x, Where where = {});

/// Returns `relu6(x + 3) / 6` of each element. The gradient at -3 and 3 is 0.
/// @code rg::hardsigmoid(rg::tensor({-3.0, 0.0}));  // [0, 0.5] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor hardsigmoid(const Tensor& x, Where where = {});

/// Returns `x hardsigmoid(x)` of each element. The slope is -1/2 at -3 and 3/2 at 3.
/// @code rg::hardswish(rg::tensor({-4.0, 1.0}));  // [0, 0.66667] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor hardswish(const Tensor& x, Where where = {});

/// Returns `x / (1 + |x|)` of each element.
/// @code rg::softsign(rg::tensor({-1.0, 3.0}));  // [-0.5, 0.75] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor softsign(const Tensor& x, Where where = {});

/// Returns `x - tanh(x)` of each element.
/// @code rg::tanhshrink(rg::tensor({0.0, 1.0}));  // [0, 0.23841] @endcode
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor tanhshrink(const Tensor& x, Where where = {});

/// Returns x moved towards 0 by `lambd`, and 0 where `|x| <= lambd`. The gradient at both bounds is
/// 0.
/// @code rg::softshrink(rg::tensor({-2.0, 0.2}));  // [-1.5, 0] @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `lambd` is negative or NaN.
RETROGRAD_API Tensor softshrink(const Tensor& x, double lambd = 0.5, Where where = {});

/// Returns 0 where `-lambd <= x <= lambd`, and x elsewhere. The gradient at both bounds is 0.
/// @code rg::hardshrink(rg::tensor({-2.0, 0.2}));  // [-2, 0] @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `lambd` is NaN.
RETROGRAD_API Tensor hardshrink(const Tensor& x, double lambd = 0.5, Where where = {});

}  // namespace retrograd
