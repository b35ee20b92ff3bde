/// @file
/// Adam and its relatives: optimisers that scale steps by running moments of the gradient.
#pragma once

#include <array>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options of `Adam`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API AdamOptions {
  double lr = 1e-3;  ///< Learning rate, >= 0.
  /// Decays of the first and the second moment, in [0, 1).
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;        ///< Summand of the denominator that keeps it above 0, >= 0.
  double weight_decay = 0;  ///< Factor of the L2 penalty, >= 0.
  /// Divides by the largest second moment so far when true (Reddi et al., 2018).
  bool amsgrad = false;
  bool maximize = false;  ///< Negates the gradient when true, to maximise the loss.

  static constexpr const char* optimizer = "Adam";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const AdamOptions&) const = default;
  /// Returns a mask of the state tensors that these options use: bit n for tensor n.
  unsigned used_tensors() const;
};

/// Adam, as in PyTorch (Kingma and Ba, "Adam: a method for stochastic optimization", 2015).
///
/// With the parameter p, its gradient g plus `weight_decay p`, and the moments m and v, at step t =
/// 1, 2, ...:
/// @code
/// m <- b1 m + (1 - b1) g
/// v <- b2 v + (1 - b2) g^2
/// p <- p - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)
/// @endcode
///
/// @code
/// optim::Adam optimizer(model.parameters(), {.lr = 1e-3, .betas = {0.9, 0.99}});
/// @endcode
using Adam = OptimizerOf<AdamOptions>;
extern template class GroupedOptimizer<AdamOptions>;

/// Options of `AdamW`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API AdamWOptions {
  double lr = 1e-3;  ///< Learning rate, >= 0.
  /// Decays of the first and the second moment, in [0, 1).
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;  ///< Summand of the denominator that keeps it above 0, >= 0.
  /// Share of the parameter, times `lr`, that each step subtracts, >= 0.
  double weight_decay = 1e-2;
  /// Divides by the largest second moment so far when true (Reddi et al., 2018).
  bool amsgrad = false;
  bool maximize = false;  ///< Negates the gradient when true, to maximise the loss.

  static constexpr const char* optimizer = "AdamW";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const AdamWOptions&) const = default;
  /// Returns a mask of the state tensors that these options use: bit n for tensor n.
  unsigned used_tensors() const;
};

/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay
/// regularization", 2019).
///
/// Instead of an L2 penalty, `p <- (1 - lr weight_decay) p` is applied before the update of `Adam`.
///
/// @code
/// optim::AdamW optimizer(model.parameters(), {.lr = 3e-4, .weight_decay = 0.1});
/// @endcode
using AdamW = OptimizerOf<AdamWOptions>;
extern template class GroupedOptimizer<AdamWOptions>;

/// Options of `Adamax`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API AdamaxOptions {
  double lr = 2e-3;                         ///< Learning rate, >= 0.
  std::array<double, 2> betas{0.9, 0.999};  ///< Decays of the first moment and the norm, in [0, 1).
  double eps = 1e-8;                        ///< Summand of the gradient's magnitude, >= 0.
  double weight_decay = 0;                  ///< Factor of the L2 penalty, >= 0.
  bool maximize = false;  ///< Negates the gradient when true, to maximise the loss.

  static constexpr const char* optimizer = "Adamax";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const AdamaxOptions&) const = default;
};

/// Adam with the infinity norm instead of the second moment (Kingma and Ba, 2015, section 7.1).
///
/// With the parameter p, its gradient g plus `weight_decay p`, and the first moment m of `Adam`:
/// @code
/// u <- max(b2 u, |g| + eps)
/// p <- p - lr / (1 - b1^t) m / u
/// @endcode
///
/// @code
/// optim::Adamax optimizer(model.parameters());
/// @endcode
using Adamax = OptimizerOf<AdamaxOptions>;
extern template class GroupedOptimizer<AdamaxOptions>;

/// Options of `NAdam`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API NAdamOptions {
  double lr = 2e-3;  ///< Learning rate, >= 0.
  /// Decays of the first and the second moment, in [0, 1).
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;             ///< Summand of the denominator that keeps it above 0, >= 0.
  double weight_decay = 0;       ///< Factor of the L2 penalty, >= 0.
  double momentum_decay = 4e-3;  ///< Rate at which the momentum approaches `betas[0]`, >= 0.

  static constexpr const char* optimizer = "NAdam";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const NAdamOptions&) const = default;
};

/// Adam with Nesterov's momentum (Dozat, "Incorporating Nesterov momentum into Adam", 2016).
///
/// With the gradient g and the moments m and v of `Adam`, at step t = 1, 2, ...:
/// @code
/// mu_t = b1 (1 - 0.96^(t momentum_decay) / 2),  M_t = mu_1 mu_2 ... mu_t
/// d  = (1 - mu_t) / (1 - M_t) g + mu_(t+1) / (1 - M_t mu_t mu_(t+1)) m
/// p <- p - lr d / (sqrt(v / (1 - b2^t)) + eps)
/// @endcode
/// The second denominator is that of PyTorch 1.13; the paper has `1 - M_(t+1)`.
///
/// @code
/// optim::NAdam optimizer(model.parameters());
/// @endcode
using NAdam = OptimizerOf<NAdamOptions>;
extern template class GroupedOptimizer<NAdamOptions>;

/// Options of `RAdam`, given as `{.name = value}`; omitted ones keep their defaults.
struct RETROGRAD_API RAdamOptions {
  double lr = 1e-3;  ///< Learning rate, >= 0.
  /// Decays of the first and the second moment, in [0, 1).
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;        ///< Summand of the denominator that keeps it above 0, >= 0.
  double weight_decay = 0;  ///< Factor of the L2 penalty, >= 0.

  static constexpr const char* optimizer = "RAdam";  ///< Name of the optimiser in messages.
  /// Returns the numbers and flags among the options, with their names and domains.
  Settings settings();
  /// Returns whether all options are equal.
  bool operator==(const RAdamOptions&) const = default;
};

/// Rectified Adam (Liu et al., "On the variance of the adaptive learning rate and beyond", 2020).
///
/// With the moments m and v of `Adam`, at step t = 1, 2, ...:
/// @code
/// rho_inf = 2 / (1 - b2) - 1,  rho = rho_inf - 2 t b2^t / (1 - b2^t)
/// r  = sqrt((rho - 4) (rho - 2) rho_inf / ((rho_inf - 4) (rho_inf - 2) rho))
/// p <- p - lr / (1 - b1^t) m r sqrt(1 - b2^t) / (sqrt(v) + eps)  if rho > 5
/// p <- p - lr / (1 - b1^t) m                                     otherwise
/// @endcode
///
/// @code
/// optim::RAdam optimizer(model.parameters());
/// @endcode
using RAdam = OptimizerOf<RAdamOptions>;
extern template class GroupedOptimizer<RAdamOptions>;

}  // namespace retrograd::optim
