// Step sizes from sums or running means of squared gradients.
#pragma once

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

struct RETROGRAD_API AdagradOptions {
  double lr = 1e-2;     // >= 0
  double lr_decay = 0;  // >= 0
  double weight_decay = 0;
  double initial_accumulator_value = 0;  // >= 0
  double eps = 1e-10;
  bool maximize = false;

  static constexpr const char* optimizer = "Adagrad";
  Settings settings();
  bool operator==(const AdagradOptions&) const = default;
};

// PyTorch's Adagrad (Duchi et al., 2011): s <- s + g^2,
// p <- p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps).
using Adagrad = OptimizerOf<AdagradOptions>;
extern template class GroupedOptimizer<AdagradOptions>;

struct RETROGRAD_API AdadeltaOptions {
  double lr = 1;
  double rho = 0.9;  // decay of the means, in [0, 1]
  double eps = 1e-6;
  double weight_decay = 0;
  bool maximize = false;

  static constexpr const char* optimizer = "Adadelta";
  Settings settings();
  bool operator==(const AdadeltaOptions&) const = default;
};

// PyTorch's Adadelta (Zeiler, 2012): s <- rho s + (1 - rho) g^2,
// d = sqrt(a + eps) / sqrt(s + eps) g, a <- rho a + (1 - rho) d^2, p <- p - lr d.
using Adadelta = OptimizerOf<AdadeltaOptions>;
extern template class GroupedOptimizer<AdadeltaOptions>;

struct RETROGRAD_API RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;  // decay of the means, in [0, 1]
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  bool centered = false;  // divides by the deviation, not by the root of the mean square
  bool maximize = false;

  static constexpr const char* optimizer = "RMSprop";
  Settings settings();
  bool operator==(const RMSpropOptions&) const = default;
  unsigned used_tensors() const;  // of the state
};

// PyTorch's RMSprop (Hinton; centered: Graves, 2013): s <- alpha s + (1 - alpha) g^2,
// d = g / (sqrt(s) + eps), p <- p - lr d; with momentum v <- momentum v + d, p <- p - lr v.
using RMSprop = OptimizerOf<RMSpropOptions>;
extern template class GroupedOptimizer<RMSpropOptions>;

}  // namespace retrograd::optim
