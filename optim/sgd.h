// Stochastic gradient descent.
#pragma once

#include <vector>

#include <retrograd/optim/optimizer.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

struct SGDOptions {
  double lr = 1e-3;         // learning rate, >= 0
  double momentum = 0;      // >= 0
  double dampening = 0;     // of the momentum
  double weight_decay = 0;  // L2 penalty, >= 0
  bool nesterov = false;    // needs momentum > 0 and dampening 0
};

// PyTorch's SGD. With g the gradient plus weight_decay times the parameter:
//   v <- momentum v + (1 - dampening) g, the first time v <- g
//   p <- p - lr v, with Nesterov p <- p - lr (g + momentum v)
// Throws ValueError for options out of range.
class RETROGRAD_API SGD : public Optimizer {
 public:
  using Group = ParameterGroup<SGDOptions>;

  SGD(std::vector<Tensor> parameters, SGDOptions options, Where where = {});
  explicit SGD(std::vector<Group> groups, Where where = {});

  void step() override;
  void zero_grad() override;

  // Options may be changed between steps.
  std::vector<Group>& groups() noexcept { return groups_; }

 private:
  std::vector<Group> groups_;
  std::vector<std::vector<Tensor>> velocities_;  // by group and parameter; undefined before use
};

}  // namespace retrograd::optim
