// What all optimisers share: groups of parameters, each with its own options.
#pragma once

#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

template <class Options>
struct ParameterGroup {
  std::vector<Tensor> parameters;
  Options options;
};

class RETROGRAD_API Optimizer {
 public:
  Optimizer() = default;
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Changes every parameter that has a gradient. Gradients are only read.
  virtual void step() = 0;
  // Drops the gradients of all parameters.
  virtual void zero_grad() = 0;
};

// Throws GraphError for a parameter that is not a floating leaf, ValueError for one that is listed
// twice. Frozen leaves are fine: they get no gradient.
RETROGRAD_API void check_parameters(const char* optimizer,
                                    const std::vector<const std::vector<Tensor>*>& groups,
                                    Where where);

}  // namespace retrograd::optim
