// The derivatives that goldens hold: of the sum of outputs times short fractions by index.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/tensor.h>

namespace golden {

using Tensors = std::vector<retrograd::Tensor>;

// Numbers (k mod 13 - 6) / 8 + 1 / 16, with k = step * index.
inline retrograd::Tensor weights(const retrograd::Tensor& like, std::int64_t step) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < like.numel(); ++i) {
    values.push_back(static_cast<double>((i * step) % 13 - 6) / 8 + 1.0 / 16);
  }
  const auto flat = retrograd::tensor(values, {.dtype = retrograd::float64});
  return retrograd::reshape(flat, like.shape()).to(like.dtype());
}

// The gradients of the sum of all output * weights for the leaves, zeros where there are none.
inline Tensors gradients(const Tensors& outputs, std::int64_t step, const Tensors& leaves) {
  Tensors differentiable;
  Tensors seeds;
  for (const retrograd::Tensor& output : outputs) {
    if (output.requires_grad()) {
      differentiable.push_back(output);
      seeds.push_back(weights(output, step));
    }
  }
  Tensors found(leaves.size());
  if (!differentiable.empty() && !leaves.empty()) {
    found = retrograd::grad(differentiable, leaves,
                            {.grad_outputs = seeds, .create_graph = true, .allow_unused = true});
  }
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    found[i] = found[i].defined() ? found[i] : retrograd::zeros_like(leaves[i]);
  }
  return found;
}

}  // namespace golden
