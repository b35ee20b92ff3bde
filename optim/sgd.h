/// @file
/// Stochastic gradient descent.
#pragma once

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API SGDOptions {
  double lr = 1e-3;      ///< Learning rate. Learning rate, >= 0.
  double momentum = 0;   ///< How much of the last step, or of a new statistic, counts. >= 0.
  double dampening = 0;  ///< Of the momentum.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W. L2
  /// penalty, >= 0.
  double weight_decay = 0;
  bool nesterov = false;  ///< Needs momentum > 0 and dampening 0.
  bool maximize = false;  ///< Goes up the gradient instead of down. Climbs instead.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "SGD";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const SGDOptions&) const = default;
  /// Of the state.
  unsigned used_tensors() const;
  /// What nesterov needs.
  void check(Where where) const;
};

/// PyTorch's SGD. With g the gradient (negated to maximize) plus weight_decay times the parameter:
/// @code
/// v <- momentum v + (1 - dampening) g, the first time v <- g
/// p <- p - lr v, with Nesterov p <- p - lr (g + momentum v)
/// @endcode
/// Throws ValueError for options out of range.
using SGD = OptimizerOf<SGDOptions>;
extern template class GroupedOptimizer<SGDOptions>;

}  // namespace retrograd::optim
