/// @file
/// Losses of numbers. All take the prediction first, then the target, and are reduced by the mean
/// unless told otherwise. Shapes that differ are refused (PyTorch warns and broadcasts them), with
/// a ShapeError; dtypes that differ with a DTypeError; options out of range with a ValueError. A
/// bfloat16 loss is computed in float32.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// batchmean is the sum divided by the length of the first dimension.
enum class Reduction : std::uint8_t {
  /// batchmean is the sum divided by the length of the first dimension.
  none,
  /// batchmean is the sum divided by the length of the first dimension.
  mean,
  /// batchmean is the sum divided by the length of the first dimension.
  sum,
  /// batchmean is the sum divided by the length of the first dimension.
  batchmean
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct LossOptions {
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct SmoothL1LossOptions {
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
  double beta = 1.0;  ///< Where the parabola ends; 0 gives l1_loss.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct HuberLossOptions {
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
  double delta = 1.0;  ///< Where the parabola ends; above 0.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct PoissonNLLLossOptions {
  bool log_input = true;  ///< The input is the logarithm of the rate.
  bool full = false;  ///< Add Stirling's approximation of log(target!) where the target is above 1.
  double eps = 1e-8;  ///< Keeps the logarithm of a rate of 0 finite.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct GaussianNLLLossOptions {
  bool full = false;  ///< Add log(2 pi) / 2.
  /// Added to a denominator, so that it is not 0. Smaller variances count as this.
  double eps = 1e-6;
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// (input - target)^2.
RETROGRAD_API Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options = {},
                              Where where = {});
/// |input - target|; gradient 0 where they are equal.
RETROGRAD_API Tensor l1_loss(const Tensor& input, const Tensor& target, LossOptions options = {},
                             Where where = {});
/// With d = |input - target|: d^2 / (2 beta) where d < beta, else d - beta / 2.
RETROGRAD_API Tensor smooth_l1_loss(const Tensor& input, const Tensor& target,
                                    SmoothL1LossOptions options = {}, Where where = {});
/// With d = |input - target|: d^2 / 2 where d <= delta, else delta (d - delta / 2).
RETROGRAD_API Tensor huber_loss(const Tensor& input, const Tensor& target,
                                HuberLossOptions options = {}, Where where = {});
/// The negative log-likelihood of counts: exp(input) - target input, or for rates
/// input - target log(input + eps).
RETROGRAD_API Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                                      const PoissonNLLLossOptions& options = {}, Where where = {});
/// (log v + (input - target)^2 / v) / 2 with v = max(var, eps). `var` has the shape of the input,
/// or that shape with the last dimension 1 or missing; it gets its gradient at v even where it is
/// smaller. Throws ValueError for negative variances.
RETROGRAD_API Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                                       const GaussianNLLLossOptions& options = {},
                                       Where where = {});

}  // namespace retrograd
