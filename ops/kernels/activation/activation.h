// Activation functions of floating tensors, one pass each. ops/activation.h has the formulas.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

Tensor logsigmoid(const Tensor& x);
Tensor softplus(const Tensor& x, double beta, double threshold);
Tensor leaky_relu(const Tensor& x, double negative_slope);
// factor (exp(rate x) - 1) up to 0, scale x above.
Tensor elu(const Tensor& x, double factor, double scale, double rate);
Tensor hardtanh(const Tensor& x, double min, double max);
Tensor hardsigmoid(const Tensor& x);
Tensor hardswish(const Tensor& x);
Tensor softsign(const Tensor& x);
Tensor tanhshrink(const Tensor& x);
Tensor softshrink(const Tensor& x, double lambd);
Tensor hardshrink(const Tensor& x, double lambd);
// x and weight of one shape and dtype.
Tensor prelu(const Tensor& x, const Tensor& weight);

// Of floating tensors of one shape and dtype: grad where y > 0 or NaN, else 0.
Tensor relu_grad(const Tensor& grad, const Tensor& y);
void relu_grad_in_place(const Tensor& grad, const Tensor& y);  // of the same strides
// max(a + b, 0)
Tensor add_relu(const Tensor& a, const Tensor& b);
void add_relu_in_place(const Tensor& a, const Tensor& b);  // a becomes the result
void relu_in_place(const Tensor& x);

// Products of x and something between 0 and 1, with the slope as a kernel of its own.
enum class Gate { gelu, gelu_tanh, silu, mish };
Tensor gated(Gate gate, const Tensor& x);
// grad times the derivative at x; equal shapes and dtypes.
Tensor gated_grad(Gate gate, const Tensor& grad, const Tensor& x);

}  // namespace retrograd::kernels
