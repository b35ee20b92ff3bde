// Adam and its relatives: step sizes from running moments of the gradient.
#pragma once

#include <array>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

struct RETROGRAD_API AdamOptions {
  double lr = 1e-3;                         // >= 0
  std::array<double, 2> betas{0.9, 0.999};  // decay of the first and second moment, in [0, 1)
  double eps = 1e-8;                        // >= 0
  double weight_decay = 0;                  // L2 penalty, >= 0
  bool amsgrad = false;                     // divides by the largest second moment so far
  bool maximize = false;

  static constexpr const char* optimizer = "Adam";
  Settings settings();
  bool operator==(const AdamOptions&) const = default;
  unsigned used_tensors() const;  // of the state
};

// PyTorch's Adam (Kingma and Ba, 2015). With g the gradient plus weight_decay p, at step t:
//   m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2
//   p <- p - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)
using Adam = OptimizerOf<AdamOptions>;
extern template class GroupedOptimizer<AdamOptions>;

struct RETROGRAD_API AdamWOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;
  bool maximize = false;

  static constexpr const char* optimizer = "AdamW";
  Settings settings();
  bool operator==(const AdamWOptions&) const = default;
  unsigned used_tensors() const;  // of the state
};

// Adam with decoupled weight decay (Loshchilov and Hutter, 2019): p <- (1 - lr weight_decay) p
// before each step, in place of the L2 penalty.
using AdamW = OptimizerOf<AdamWOptions>;
extern template class GroupedOptimizer<AdamWOptions>;

struct RETROGRAD_API AdamaxOptions {
  double lr = 2e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  bool maximize = false;

  static constexpr const char* optimizer = "Adamax";
  Settings settings();
  bool operator==(const AdamaxOptions&) const = default;
};

// Adam with the infinity norm in place of the second moment: u <- max(b2 u, |g| + eps),
// p <- p - lr / (1 - b1^t) m / u.
using Adamax = OptimizerOf<AdamaxOptions>;
extern template class GroupedOptimizer<AdamaxOptions>;

struct RETROGRAD_API NAdamOptions {
  double lr = 2e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum_decay = 4e-3;  // >= 0

  static constexpr const char* optimizer = "NAdam";
  Settings settings();
  bool operator==(const NAdamOptions&) const = default;
};

// Adam with Nesterov momentum (Dozat, 2016): with mu_t = b1 (1 - 0.96^(t momentum_decay) / 2) and
// M_t the product of the mu up to t, the step goes along
//   (1 - mu_t) / (1 - M_t) g + mu_(t+1) / (1 - M_(t+1)) m.
// PyTorch 1.13 takes M_t mu_t mu_(t+1) for M_(t+1), and so does this.
using NAdam = OptimizerOf<NAdamOptions>;
extern template class GroupedOptimizer<NAdamOptions>;

struct RETROGRAD_API RAdamOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;

  static constexpr const char* optimizer = "RAdam";
  Settings settings();
  bool operator==(const RAdamOptions&) const = default;
};

// Rectified Adam (Liu et al., 2020): steps along the first moment alone until the second moment's
// variance is tractable, then Adam's steps times a rectification.
using RAdam = OptimizerOf<RAdamOptions>;
extern template class GroupedOptimizer<RAdamOptions>;

}  // namespace retrograd::optim
