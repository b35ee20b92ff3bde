// Inputs for a function whose derivatives are wanted. Internal.
#pragma once

#include <vector>

#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// Handles with the inputs' values, differentiable on their own: floating ones require a gradient,
// and lead back to the input where that requires one.
std::vector<Tensor> inner_inputs(const std::vector<Tensor>& inputs);

}  // namespace retrograd::detail
