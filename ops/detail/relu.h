// ReLU in backward passes. Internal.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd {

// The gradient of x from that of y = relu(x): 0 where y <= 0. Differentiable in grad.
Tensor relu_grad(const Tensor& grad, const Tensor& y);

}  // namespace retrograd
