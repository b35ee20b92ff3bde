/// @file
/// Step sizes from sums or running means of squared gradients.
#pragma once

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API AdagradOptions {
  double lr = 1e-2;     ///< Learning rate. >= 0.
  double lr_decay = 0;  ///< >= 0.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W.
  double weight_decay = 0;
  double initial_accumulator_value = 0;  ///< >= 0.
  double eps = 1e-10;                    ///< Added to a denominator, so that it is not 0.
  bool maximize = false;                 ///< Goes up the gradient instead of down.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "Adagrad";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const AdagradOptions&) const = default;
};

/// PyTorch's Adagrad (Duchi et al., 2011): s <- s + g^2,
/// p <- p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps).
using Adagrad = OptimizerOf<AdagradOptions>;
extern template class GroupedOptimizer<AdagradOptions>;

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API AdadeltaOptions {
  double lr = 1;      ///< Learning rate.
  double rho = 0.9;   ///< Decay of the means, in [0, 1].
  double eps = 1e-6;  ///< Added to a denominator, so that it is not 0.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W.
  double weight_decay = 0;
  bool maximize = false;  ///< Goes up the gradient instead of down.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "Adadelta";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const AdadeltaOptions&) const = default;
};

/// PyTorch's Adadelta (Zeiler, 2012): s <- rho s + (1 - rho) g^2,
/// d = sqrt(a + eps) / sqrt(s + eps) g, a <- rho a + (1 - rho) d^2, p <- p - lr d.
using Adadelta = OptimizerOf<AdadeltaOptions>;
extern template class GroupedOptimizer<AdadeltaOptions>;

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API RMSpropOptions {
  double lr = 1e-2;     ///< Learning rate.
  double alpha = 0.99;  ///< Decay of the means, in [0, 1].
  double eps = 1e-8;    ///< Added to a denominator, so that it is not 0.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W.
  double weight_decay = 0;
  double momentum = 0;    ///< How much of the last step, or of a new statistic, counts.
  bool centered = false;  ///< Divides by the deviation, not by the root of the mean square.
  bool maximize = false;  ///< Goes up the gradient instead of down.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "RMSprop";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const RMSpropOptions&) const = default;
  /// Of the state.
  unsigned used_tensors() const;
};

/// PyTorch's RMSprop (Hinton; centered: Graves, 2013): s <- alpha s + (1 - alpha) g^2,
/// d = g / (sqrt(s) + eps), p <- p - lr d; with momentum v <- momentum v + d, p <- p - lr v.
using RMSprop = OptimizerOf<RMSpropOptions>;
extern template class GroupedOptimizer<RMSpropOptions>;

}  // namespace retrograd::optim
