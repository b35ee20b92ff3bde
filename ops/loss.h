/// @file
/// Losses of numbers.
///
/// All functions take the prediction first, then the target, and return the mean by default. Shapes
/// must be equal; PyTorch warns and broadcasts them. The loss of bfloat16 is computed in float32.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Reductions of the elements of a loss.
enum class Reduction : std::uint8_t {
  none,      ///< The elements as they are.
  mean,      ///< The mean.
  sum,       ///< The sum.
  batchmean  ///< The sum divided by the length of the first dimension.
};

/// Options of losses with a reduction alone.
struct LossOptions {
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of smooth_l1_loss().
struct SmoothL1LossOptions {
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
  double beta = 1.0;  ///< Difference at which the parabola ends, at least 0; 0 gives l1_loss().
};

/// Options of huber_loss().
struct HuberLossOptions {
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
  double delta = 1.0;  ///< Difference at which the parabola ends, above 0.
};

/// Options of poisson_nll_loss().
struct PoissonNLLLossOptions {
  bool log_input = true;  ///< Whether the input is the logarithm of the rate.
  /// Whether Stirling's approximation of `log(target!)` is added where the target is above 1.
  bool full = false;
  double eps = 1e-8;  ///< Number added to a rate, which keeps its logarithm finite at 0.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of gaussian_nll_loss().
struct GaussianNLLLossOptions {
  bool full = false;  ///< Whether `log(2 pi) / 2` is added.
  double eps = 1e-6;  ///< Least variance, above 0; smaller variances count as this.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Returns the squared error `(input - target)^2`.
/// @code rg::mse_loss(rg::tensor({1.0, 3.0}), rg::tensor({1.0, 1.0}));  // 2 @endcode
/// @throws ShapeError if the shapes differ.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options = {},
                              Where where = {});

/// Returns the absolute error `|input - target|`. The gradient is 0 where they are equal.
/// @code rg::l1_loss(rg::tensor({1.0, 3.0}), rg::tensor({1.0, 1.0}));  // 1 @endcode
/// @throws ShapeError if the shapes differ.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor l1_loss(const Tensor& input, const Tensor& target, LossOptions options = {},
                             Where where = {});

/// Returns `d^2 / (2 beta)` where `d < beta`, and `d - beta / 2` elsewhere, with
/// `d = |input - target|`.
/// @code rg::smooth_l1_loss(rg::tensor({1.0, 3.0}), rg::tensor({1.0, 1.0}));  // 0.75 @endcode
/// @throws ShapeError if the shapes differ.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
/// @throws ValueError if `beta` is negative or NaN.
RETROGRAD_API Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                                    SmoothL1LossOptions options = {}, Where where = {});

/// Returns `d^2 / 2` where `d <= delta`, and `delta (d - delta / 2)` elsewhere, with
/// `d = |input - target|`.
/// @code rg::huber_loss(rg::tensor({1.0, 3.0}), rg::tensor({1.0, 1.0}));  // 0.75 @endcode
/// @throws ShapeError if the shapes differ.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
/// @throws ValueError if `delta` is not above 0.
RETROGRAD_API Tensor huber_loss(const Tensor& input, const Tensor& target,
                                HuberLossOptions options = {}, Where where = {});

/// Returns the negative log-likelihood of counts: `exp(input) - target input`. If `log_input` is
/// false, returns `input - target log(input + eps)`.
/// @code rg::poisson_nll_loss(rg::tensor({0.0, 0.0}), rg::tensor({1.0, 3.0}));  // 1 @endcode
/// @throws ShapeError if the shapes differ.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
/// @throws ValueError if `eps` is negative or NaN.
RETROGRAD_API Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                                      const PoissonNLLLossOptions& options = {}, Where where = {});

/// Returns `(log(v) + (input - target)^2 / v) / 2` with `v = max(var, eps)`.
///
/// `var` has the shape of `input`, or that shape with the last dimension 1 or missing. It gets the
/// gradient at v, even where it is smaller than `eps`.
/// @code
/// rg::gaussian_nll_loss(rg::tensor({1.0, 3.0}), rg::ones({2}), rg::ones({2}));  // 1
/// @endcode
/// @throws ShapeError if the shapes do not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
/// @throws ValueError if a variance is negative, or `eps` is not above 0.
RETROGRAD_API Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                                       const GaussianNLLLossOptions& options = {},
                                       Where where = {});

}  // namespace retrograd
