/// @file
/// Stochastic gradient descent.
#pragma once

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options of `SGD`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API SGDOptions {
  double lr = 1e-3;         ///< Learning rate, >= 0.
  double momentum = 0;      ///< Factor of the previous velocity, >= 0; 0 keeps no velocity.
  double dampening = 0;     ///< Reduction of the gradient's share in the velocity, finite.
  double weight_decay = 0;  ///< Factor of the L2 penalty, >= 0.
  bool nesterov = false;    ///< Nesterov's momentum; needs `momentum > 0` and `dampening = 0`.
  bool maximize = false;    ///< Negates the gradient when true, to maximise the loss.

  static constexpr const char* optimizer = "SGD";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const SGDOptions&) const = default;
  /// Returns a mask of the state tensors that these options use: bit n for tensor n.
  unsigned used_tensors() const;
  /// Checks the options that depend on each other.
  ///
  /// @throws ValueError if `nesterov` is true and `momentum` is not above 0 or `dampening` is not
  ///   0.
  void check(Where where) const;
};

/// Stochastic gradient descent with momentum, as PyTorch's `SGD` (Nesterov: Sutskever et al.,
/// 2013).
///
/// With the parameter p, its gradient g plus `weight_decay p`, and the velocity v:
/// @code
/// v <- momentum v + (1 - dampening) g, at the first step v <- g
/// p <- p - lr v, with nesterov p <- p - lr (g + momentum v)
/// @endcode
///
/// @code
/// optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
/// for (...) { optimizer.zero_grad(); mse_loss(model(x), y).backward(); optimizer.step(); }
/// @endcode
using SGD = OptimizerOf<SGDOptions>;
extern template class GroupedOptimizer<SGDOptions>;

}  // namespace retrograd::optim
