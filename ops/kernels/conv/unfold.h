// Windows of (N, C, H, W) as columns (N, C kh kw, oh ow).
#pragma once

#include <array>
#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

struct UnfoldShape {
  std::array<std::int64_t, 2> image{};
  std::array<std::int64_t, 2> kernel{};
  std::array<std::int64_t, 2> output{};
  std::array<std::int64_t, 2> stride{};
  std::array<std::int64_t, 2> padding{};
  std::array<std::int64_t, 2> dilation{};
};

Tensor unfold(const Tensor& x, const UnfoldShape& shape);
// The adjoint.
Tensor fold(const Tensor& columns, const UnfoldShape& shape);

}  // namespace retrograd::kernels
