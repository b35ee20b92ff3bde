// Pooling kernels over (N, C, H, W). Activations come back channels-last.
#pragma once

#include <array>
#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

struct PoolShape {
  std::array<std::int64_t, 2> input{};
  std::array<std::int64_t, 2> kernel{};
  std::array<std::int64_t, 2> output{};
  std::array<std::int64_t, 2> stride{};
  std::array<std::int64_t, 2> padding{};
  std::array<std::int64_t, 2> dilation{1, 1};
  bool count_include_pad = true;
};

struct Pooled {
  Tensor values;
  Tensor indices;  // int64 h * W + w of each window's winner, channels-last
};

Pooled max_pool(const Tensor& x, const PoolShape& shape);
// Adds each gradient to the winner's place; (N, C, H, W).
Tensor max_pool_scatter(const Tensor& grad, const Tensor& indices, const PoolShape& shape);
// Reads x at the winners' places; the adjoint of max_pool_scatter.
Tensor max_pool_gather(const Tensor& x, const Tensor& indices, const PoolShape& shape);

Tensor avg_pool(const Tensor& x, const PoolShape& shape);
// The adjoint of avg_pool.
Tensor avg_pool_input_grad(const Tensor& grad, const PoolShape& shape);

}  // namespace retrograd::kernels
