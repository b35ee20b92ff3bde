/// @file
/// Adam and its relatives: step sizes from running moments of the gradient.
#pragma once

#include <array>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API AdamOptions {
  double lr = 1e-3;                         ///< Learning rate. >= 0.
  std::array<double, 2> betas{0.9, 0.999};  ///< Decay of the first and second moment, in [0, 1).
  double eps = 1e-8;                        ///< Added to a denominator, so that it is not 0. >= 0.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W. L2
  /// penalty, >= 0.
  double weight_decay = 0;
  bool amsgrad = false;   ///< Divides by the largest second moment so far.
  bool maximize = false;  ///< Goes up the gradient instead of down.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "Adam";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const AdamOptions&) const = default;
  /// Of the state.
  unsigned used_tensors() const;
};

/// PyTorch's Adam (Kingma and Ba, 2015). With g the gradient plus weight_decay p, at step t:
/// @code
/// m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2
/// p <- p - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)
/// @endcode
using Adam = OptimizerOf<AdamOptions>;
extern template class GroupedOptimizer<AdamOptions>;

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API AdamWOptions {
  double lr = 1e-3;  ///< Learning rate.
  /// Decay of the first and the second moment, in [0, 1).
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;  ///< Added to a denominator, so that it is not 0.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W.
  double weight_decay = 1e-2;
  bool amsgrad = false;   ///< Divides by the largest second moment so far.
  bool maximize = false;  ///< Goes up the gradient instead of down.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "AdamW";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const AdamWOptions&) const = default;
  /// Of the state.
  unsigned used_tensors() const;
};

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019): p <- (1 - lr weight_decay) p
/// before each step, in place of the L2 penalty.
using AdamW = OptimizerOf<AdamWOptions>;
extern template class GroupedOptimizer<AdamWOptions>;

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API AdamaxOptions {
  double lr = 2e-3;  ///< Learning rate.
  /// Decay of the first and the second moment, in [0, 1).
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;  ///< Added to a denominator, so that it is not 0.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W.
  double weight_decay = 0;
  bool maximize = false;  ///< Goes up the gradient instead of down.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "Adamax";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const AdamaxOptions&) const = default;
};

/// Adam with the infinity norm in place of the second moment: u <- max(b2 u, |g| + eps),
/// p <- p - lr / (1 - b1^t) m / u.
using Adamax = OptimizerOf<AdamaxOptions>;
extern template class GroupedOptimizer<AdamaxOptions>;

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API NAdamOptions {
  double lr = 2e-3;  ///< Learning rate.
  /// Decay of the first and the second moment, in [0, 1).
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;  ///< Added to a denominator, so that it is not 0.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W.
  double weight_decay = 0;
  double momentum_decay = 4e-3;  ///< >= 0.

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "NAdam";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const NAdamOptions&) const = default;
};

/// Adam with Nesterov momentum (Dozat, 2016): with mu_t = b1 (1 - 0.96^(t momentum_decay) / 2) and
/// M_t the product of the mu up to t, the step goes along
/// @code
/// (1 - mu_t) / (1 - M_t) g + mu_(t+1) / (1 - M_(t+1)) m.
/// @endcode
/// PyTorch 1.13 takes M_t mu_t mu_(t+1) for M_(t+1), and so does this.
using NAdam = OptimizerOf<NAdamOptions>;
extern template class GroupedOptimizer<NAdamOptions>;

/// Options, given as {.name = value}; what is left out keeps its default.
struct RETROGRAD_API RAdamOptions {
  double lr = 1e-3;  ///< Learning rate.
  /// Decay of the first and the second moment, in [0, 1).
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;  ///< Added to a denominator, so that it is not 0.
  /// Factor of the L2 penalty; decoupled from the gradient in optimisers whose names end in W.
  double weight_decay = 0;

  /// The optimiser; among options, its name in messages.
  static constexpr const char* optimizer = "RAdam";
  /// All numbers among the options, by name and domain: how they are checked, saved and loaded.
  Settings settings();
  /// Whether the two are equal.
  bool operator==(const RAdamOptions&) const = default;
};

/// Rectified Adam (Liu et al., 2020): steps along the first moment alone until the second moment's
/// variance is tractable, then Adam's steps times a rectification.
using RAdam = OptimizerOf<RAdamOptions>;
extern template class GroupedOptimizer<RAdamOptions>;

}  // namespace retrograd::optim
