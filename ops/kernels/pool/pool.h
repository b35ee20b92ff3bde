// Pooling kernels over (N, C, spatial...) with one to three spatial dimensions. Activations come
// back channels-last.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// Spatial sizes are aligned to the right, as in ConvGeometry.
struct PoolGeometry {
  std::size_t spatial_rank = 2;
  bool count_include_pad = true;
  bool adaptive = false;              // windows from floor(o in / out) to ceil((o + 1) in / out)
  std::int64_t divisor_override = 0;  // 0: none
  std::array<std::int64_t, 3> input{1, 1, 1};
  std::array<std::int64_t, 3> output{1, 1, 1};
  std::array<std::int64_t, 3> kernel{1, 1, 1};  // the largest window where adaptive
  std::array<std::int64_t, 3> stride{1, 1, 1};
  std::array<std::int64_t, 3> padding{0, 0, 0};
  std::array<std::int64_t, 3> dilation{1, 1, 1};
};

// (N, C) and the spatial sizes.
inline Shape pool_shape(Shape planes, const std::array<std::int64_t, 3>& sizes, std::size_t rank) {
  planes.resize(2);
  for (std::size_t d = 3 - rank; d < 3; ++d) {
    planes.push_back(sizes[d]);
  }
  return planes;
}

struct Pooled {
  Tensor values;
  // Of each window's winner, channels-last: its number in the row-major window, uint8; or for large
  // windows its position, int64. kNoTap or kNowhere where no tap lies inside the input.
  Tensor winners;
};
inline constexpr std::uint8_t kNoTap = 255;
inline constexpr std::int64_t kNowhere = -1;

// NaN wins; the first of equals does. Without `winners`, only the values are found.
Pooled max_pool(const Tensor& x, const PoolGeometry& geometry, bool winners);
// The winners' positions in the row-major spatial dimensions of the input, int64.
Tensor max_pool_positions(const Tensor& winners, const PoolGeometry& geometry);
// Adds each gradient at the winner's position; of the input's shape.
Tensor max_pool_scatter(const Tensor& grad, const Tensor& winners, const PoolGeometry& geometry);
// Reads x at the winners' positions; the adjoint of max_pool_scatter.
Tensor max_pool_gather(const Tensor& x, const Tensor& winners, const PoolGeometry& geometry);

Tensor avg_pool(const Tensor& x, const PoolGeometry& geometry);
// The adjoint of avg_pool.
Tensor avg_pool_input_grad(const Tensor& grad, const PoolGeometry& geometry);

// Which indices (N, C, ...) are the last of their plane to name their position: boolean.
Tensor last_of_equals(const Tensor& indices, std::int64_t positions);

}  // namespace retrograd::kernels
