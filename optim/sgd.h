// Stochastic gradient descent.
#pragma once

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

struct RETROGRAD_API SGDOptions {
  double lr = 1e-3;         // learning rate, >= 0
  double momentum = 0;      // >= 0
  double dampening = 0;     // of the momentum
  double weight_decay = 0;  // L2 penalty, >= 0
  bool nesterov = false;    // needs momentum > 0 and dampening 0
  bool maximize = false;    // climbs instead

  static constexpr const char* optimizer = "SGD";
  Settings settings();
  bool operator==(const SGDOptions&) const = default;
  unsigned used_tensors() const;  // of the state
  void check(Where where) const;  // what nesterov needs
};

// PyTorch's SGD. With g the gradient (negated to maximize) plus weight_decay times the parameter:
//   v <- momentum v + (1 - dampening) g, the first time v <- g
//   p <- p - lr v, with Nesterov p <- p - lr (g + momentum v)
// Throws ValueError for options out of range.
using SGD = OptimizerOf<SGDOptions>;
extern template class GroupedOptimizer<SGDOptions>;

}  // namespace retrograd::optim
