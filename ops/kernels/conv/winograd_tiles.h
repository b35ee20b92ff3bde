// The tiles of winograd.h in images and results. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/conv/winograd_loops.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::winograd {

inline constexpr auto kFloat = static_cast<int64_t>(sizeof(float));

// The images that tiles read, and their results.
struct Tiling {
  int64_t batch;
  int64_t channels;  // of the images
  int64_t height;
  int64_t width;
  int64_t top;  // padding
  int64_t left;
  int64_t filters;  // channels of the results
  int64_t rows;
  int64_t columns;
  int64_t down = (rows + 1) / 2;  // tiles
  int64_t across = (columns + 1) / 2;

  int64_t tiles() const { return batch * down * across; }
};

inline Tiling forward_tiling(const ConvGeometry& g) {
  return {g.batch,         g.in_channels,  g.input[1],  g.input[2], g.pad_before[1],
          g.pad_before[2], g.out_channels, g.output[1], g.output[2]};
}

// The gradient of the input is a convolution of the results' gradients with the turned filters.
inline Tiling input_grad_tiling(const ConvGeometry& g) {
  return {g.batch,       g.out_channels,      g.output[1],
          g.output[2],   2 - g.pad_before[1], 2 - g.pad_before[2],
          g.in_channels, g.input[1],          g.input[2]};
}

// Tiles that are transformed together: many share the filters that pass by, while their own 32
// matrices should stay in the second cache.
inline int64_t tiles_together(const Tiling& s) {
  constexpr int64_t kMost = 96;
  constexpr int64_t kFew = 32;
  constexpr int64_t kNear = int64_t{1} << 18;  // elements
  constexpr int64_t kStep = 8;
  const int64_t near = kNear / (kPositions * (s.channels + s.filters)) / kStep * kStep;
  return std::min(std::clamp(near, kFew, kMost), detail::rounded_up(s.tiles(), kStep));
}

// Where tile t begins.
struct Corner {
  int64_t image;
  int64_t row;  // of the results
  int64_t column;
};
inline Corner corner_of(int64_t t, const Tiling& s) {
  return {t / (s.down * s.across), t / s.across % s.down * 2, t % s.across * 2};
}

// Tiles begin to end - 1 of the images, into rows 0 and so on of `to`. `zeros` are as many as there
// are channels.
template <std::size_t kBytes>
[[gnu::always_inline]] inline void read_images(const float* images, int64_t begin, int64_t end,
                                               const Tiling& s, const float* zeros, Positions to) {
  for (int64_t t = begin; t < end; ++t) {
    const Corner corner = corner_of(t, s);
    std::array<const float*, kPositions> from;
    for (int64_t i = 0; i < kPositions; ++i) {
      const int64_t h = corner.row - s.top + i / kSide;
      const int64_t w = corner.column - s.left + i % kSide;
      const bool inside = h >= 0 && h < s.height && w >= 0 && w < s.width;
      from[static_cast<std::size_t>(i)] =
          inside ? images + ((corner.image * s.height + h) * s.width + w) * s.channels : zeros;
    }
    each_vector<kBytes, OfImage>(s.channels, from, to.at + (t - begin) * to.row, to.position);
  }
}

// The four results of a tile in an array (batch, rows, columns, filters); `outside` for those that
// it does not have.
template <class T>
[[gnu::always_inline]] inline std::array<T*, 4> results_of(T* results, Corner corner,
                                                           const Tiling& s, T* outside) {
  std::array<T*, 4> at;
  for (int64_t i = 0; i < 4; ++i) {
    const int64_t row = corner.row + i / 2;
    const int64_t column = corner.column + i % 2;
    at[static_cast<std::size_t>(i)] =
        row < s.rows && column < s.columns
            ? results + ((corner.image * s.rows + row) * s.columns + column) * s.filters
            : outside;
  }
  return at;
}

// Pixels outside an image, and a bias where there is none.
inline Tensor zeros_of(int64_t count) {
  Tensor zeros = empty_tensor({count}, float32);
  std::fill_n(zeros.raw<float>(), count, 0.0F);
  return zeros;
}

}  // namespace retrograd::kernels::winograd
