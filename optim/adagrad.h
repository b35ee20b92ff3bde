/// @file
/// Optimisers that scale steps by sums or running means of squared gradients.
#pragma once

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options of `Adagrad`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API AdagradOptions {
  double lr = 1e-2;                      ///< Learning rate, >= 0.
  double lr_decay = 0;                   ///< Decay of the learning rate at each step, >= 0.
  double weight_decay = 0;               ///< Factor of the L2 penalty, >= 0.
  double initial_accumulator_value = 0;  ///< Sum of squares before the first step, >= 0.
  double eps = 1e-10;     ///< Summand of the denominator that keeps it above 0, >= 0.
  bool maximize = false;  ///< Negates the gradient when true, to maximise the loss.

  static constexpr const char* optimizer = "Adagrad";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const AdagradOptions&) const = default;
};

/// Adagrad, as in PyTorch (Duchi et al., "Adaptive subgradient methods for online learning and
/// stochastic optimization", 2011).
///
/// With the parameter p, its gradient g plus `weight_decay p`, and the sum s, at step t = 1, 2,
/// ...:
/// @code
/// s <- s + g^2
/// p <- p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)
/// @endcode
///
/// @code
/// optim::Adagrad optimizer(model.parameters(), {.lr = 0.01});
/// @endcode
using Adagrad = OptimizerOf<AdagradOptions>;
extern template class GroupedOptimizer<AdagradOptions>;

/// Options of `Adadelta`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API AdadeltaOptions {
  double lr = 1;            ///< Factor of each step, >= 0.
  double rho = 0.9;         ///< Decay of the running means, in [0, 1].
  double eps = 1e-6;        ///< Summand under both square roots, >= 0.
  double weight_decay = 0;  ///< Factor of the L2 penalty, >= 0.
  bool maximize = false;    ///< Negates the gradient when true, to maximise the loss.

  static constexpr const char* optimizer = "Adadelta";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const AdadeltaOptions&) const = default;
};

/// Adadelta, as in PyTorch (Zeiler, "ADADELTA: an adaptive learning rate method", 2012).
///
/// With the parameter p, its gradient g plus `weight_decay p`, and the running means s and a:
/// @code
/// s <- rho s + (1 - rho) g^2
/// d  = sqrt(a + eps) / sqrt(s + eps) g
/// a <- rho a + (1 - rho) d^2
/// p <- p - lr d
/// @endcode
///
/// @code
/// optim::Adadelta optimizer(model.parameters());
/// @endcode
using Adadelta = OptimizerOf<AdadeltaOptions>;
extern template class GroupedOptimizer<AdadeltaOptions>;

/// Options of `RMSprop`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API RMSpropOptions {
  double lr = 1e-2;         ///< Learning rate, >= 0.
  double alpha = 0.99;      ///< Decay of the running means, in [0, 1].
  double eps = 1e-8;        ///< Summand of the denominator that keeps it above 0, >= 0.
  double weight_decay = 0;  ///< Factor of the L2 penalty, >= 0.
  double momentum = 0;      ///< Factor of the previous velocity, >= 0; 0 keeps no velocity.
  /// Divides by the standard deviation when true, not by the root mean square.
  bool centered = false;
  bool maximize = false;  ///< Negates the gradient when true, to maximise the loss.

  static constexpr const char* optimizer = "RMSprop";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const RMSpropOptions&) const = default;
  /// Returns a mask of the state tensors that these options use: bit n for tensor n.
  unsigned used_tensors() const;
};

/// RMSprop, as in PyTorch (Hinton, lecture notes, 2012; `centered`: Graves, "Generating sequences
/// with recurrent neural networks", 2013).
///
/// With the parameter p, its gradient g plus `weight_decay p`, and the running means s and a:
/// @code
/// s <- alpha s + (1 - alpha) g^2
/// a <- alpha a + (1 - alpha) g                        (centered)
/// d  = g / (sqrt(s) + eps), or g / (sqrt(s - a^2) + eps) (centered)
/// p <- p - lr d, or v <- momentum v + d, p <- p - lr v (momentum > 0)
/// @endcode
///
/// @code
/// optim::RMSprop optimizer(model.parameters(), {.lr = 1e-3, .momentum = 0.9});
/// @endcode
using RMSprop = OptimizerOf<RMSpropOptions>;
extern template class GroupedOptimizer<RMSpropOptions>;

}  // namespace retrograd::optim
