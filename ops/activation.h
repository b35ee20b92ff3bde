/// @file
/// Activation functions, with PyTorch's names, parameters and choices at kinks; tanh, sigmoid and
/// relu are in ops/elementwise.h, softmax in ops/softmax.h.
///
/// All take float32, float64 or bfloat16, throw DTypeError for others, and ValueError for a
/// parameter that is NaN or out of range. NaN stays NaN. Values and gradients have the limits of
/// the function at infinity, where PyTorch has NaN for some.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// log(sigmoid(x))
RETROGRAD_API Tensor logsigmoid(const Tensor& x, Where where = {});
/// log(1 + exp(beta x)) / beta; x itself where beta x > threshold. beta is not 0.
RETROGRAD_API Tensor softplus(const Tensor& x, double beta = 1, double threshold = 20,
                              Where where = {});
/// x above 0, negative_slope x elsewhere, at 0 too.
RETROGRAD_API Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01, Where where = {});
/// relu(a + b) in one operator, as at the end of a residual block; in two where a and b differ in
/// dtype. a is floating.
RETROGRAD_API Tensor add_relu(const Tensor& a, const Tensor& b, Where where = {});
/// weight[c] x where x <= 0, x above. The weight is one number or one for each channel: dimension 1
/// of x. Throws ShapeError for another number of them.
RETROGRAD_API Tensor prelu(const Tensor& x, const Tensor& weight, Where where = {});

/// x above 0, alpha (exp(x) - 1) elsewhere; the slope at 0 is alpha.
RETROGRAD_API Tensor elu(const Tensor& x, double alpha = 1, Where where = {});
/// x above 0, alpha (exp(x / alpha) - 1) elsewhere. alpha is not 0.
RETROGRAD_API Tensor celu(const Tensor& x, double alpha = 1, Where where = {});
/// scale elu(x, alpha) with the constants of Klambauer et al., "Self-Normalizing Neural Networks".
RETROGRAD_API Tensor selu(const Tensor& x, Where where = {});

/// The exact formula, or the one with tanh.
enum class GeluApproximation : std::uint8_t {
  none,
  /// Hyperbolic tangent.
  tanh
};
/// x P(X <= x) for a normal X; or x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, near it.
RETROGRAD_API Tensor gelu(const Tensor& x, GeluApproximation approximate = GeluApproximation::none,
                          Where where = {});
/// x P(X <= x) for a normal X; or x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, near it.
/// `x sigmoid(x)`.
RETROGRAD_API Tensor silu(const Tensor& x, Where where = {});
/// x P(X <= x) for a normal X; or x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, near it.
/// `x tanh(softplus(x))`.
RETROGRAD_API Tensor mish(const Tensor& x, Where where = {});
/// a sigmoid(b), a and b being the halves of x along dim. Throws ShapeError for an odd length.
RETROGRAD_API Tensor glu(const Tensor& x, std::int64_t dim = -1, Where where = {});

/// Limits to [min, max]. Unlike with clamp, the gradient at the bounds is 0.
RETROGRAD_API Tensor hardtanh(const Tensor& x, double min_val = -1, double max_val = 1,
                              Where where = {});
/// Limits to [min, max]. Unlike with clamp, the gradient at the bounds is 0.
/// `hardtanh(x`, 0, 6).
RETROGRAD_API Tensor relu6(const Tensor& x, Where where = {});
/// relu6(x + 3) / 6; gradient 0 at -3 and 3.
RETROGRAD_API Tensor hardsigmoid(const Tensor& x, Where where = {});
/// x hardsigmoid(x); at -3 and 3 the slope is that of the part between: -1/2 and 3/2.
RETROGRAD_API Tensor hardswish(const Tensor& x, Where where = {});

/// `x / (1 + |x|)`.
RETROGRAD_API Tensor softsign(const Tensor& x, Where where = {});
/// `x - tanh(x)`.
RETROGRAD_API Tensor tanhshrink(const Tensor& x, Where where = {});
/// x moved towards 0 by lambd, 0 within lambd of it; gradient 0 at -lambd and lambd. lambd >= 0.
RETROGRAD_API Tensor softshrink(const Tensor& x, double lambd = 0.5, Where where = {});
/// 0 where -lambd <= x <= lambd, else x; gradient 0 at the bounds.
RETROGRAD_API Tensor hardshrink(const Tensor& x, double lambd = 0.5, Where where = {});

}  // namespace retrograd
