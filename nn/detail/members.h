// What a module and the modules below it list as theirs. Internal.
#pragma once

#include <string>
#include <vector>

#include <retrograd/nn/module.h>

namespace retrograd::nn::detail {

// "layers.0", or the name alone where there is no prefix.
std::string joined(const std::string& prefix, const std::string& name);
// " 0.weight 0.bias": the names as messages list them, each after a space.
std::string listed(const std::vector<std::string>& names);

// A defined tensor under one of its qualified names.
struct ListedTensor {
  std::string name;
  Tensor* tensor;
  bool is_buffer;
};

// All tensors of the module and below, in order, under every name. Plain tensors that are listed as
// parameters require gradients afterwards. Throws DTypeError for a parameter that is not floating,
// GraphError for one that is the result of an operator; nothing is changed then.
std::vector<ListedTensor> list_tensors(const Frame& call, Module& module);

}  // namespace retrograd::nn::detail
