// The tiles of winograd.h in images and results. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/conv/winograd_loops.h>
#include <retrograd/ops/kernels/conv/winograd_narrow.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/loops/instructions.h>
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

inline bool has_narrow_sizes(const Tiling& s) {
  return s.channels == kNarrow && s.filters == kNarrow;
}
// Whether channels and filters are one vector each.
inline bool is_narrow(const Tiling& s) {
  return has_narrow_sizes(s) && detail::best_instructions() == detail::Instructions::avx512;
}

// Where a tile begins.
struct Corner {
  int64_t image;
  int64_t row;  // of the results
  int64_t column;

  Corner(int64_t t, const Tiling& s)
      : image(t / (s.down * s.across)), row(t / s.across % s.down * 2), column(t % s.across * 2) {}

  void to_next(const Tiling& s) {
    column += 2;
    if (column >= s.columns) {
      column = 0;
      row += 2;
      if (row >= s.rows) {
        row = 0;
        ++image;
      }
    }
  }
};

// Tiles begin to end - 1 of the images, into rows 0 and so on of `to`. `zeros` are as many as there
// are channels in a line of a tile.
template <std::size_t kBytes>
[[gnu::always_inline]] inline void read_images(const float* images, int64_t begin, int64_t end,
                                               const Tiling& s, const float* zeros, Positions to) {
  Corner corner(begin, s);
  for (int64_t t = begin; t < end; ++t, corner.to_next(s), to.at += to.row) {
    const int64_t left = corner.column - s.left;
    Patch patch{{}, s.channels};
    for (int64_t i = 0; i < kSide; ++i) {
      const int64_t h = corner.row - s.top + i;
      const bool inside = h >= 0 && h < s.height;
      patch.rows[static_cast<std::size_t>(i)] =
          inside ? images + ((corner.image * s.height + h) * s.width + left) * s.channels : zeros;
    }
    if (left >= 0 && left + kSide <= s.width) {
      each_vector<kBytes, OfImage>(s.channels, patch, to.at, to.position);
      continue;
    }
    std::array<const float*, kPositions> from;
    for (std::size_t i = 0; i < kPositions; ++i) {
      const int64_t w = left + static_cast<int64_t>(i % kSide);
      from[i] = w >= 0 && w < s.width ? patch[i] : zeros;
    }
    each_vector<kBytes, OfImage>(s.channels, from, to.at, to.position);
  }
}

// The four results of a tile in an array (batch, rows, columns, filters); `outside` for those that
// it does not have.
template <class T>
[[gnu::always_inline]] inline std::array<T*, 4> results_of(T* results, const Corner& corner,
                                                           const Tiling& s, T* outside) {
  T* const first =
      results + ((corner.image * s.rows + corner.row) * s.columns + corner.column) * s.filters;
  T* const below = first + s.columns * s.filters;
  const bool has_row = corner.row + 1 < s.rows;
  const bool has_column = corner.column + 1 < s.columns;
  return {first, has_column ? first + s.filters : outside, has_row ? below : outside,
          has_row && has_column ? below + s.filters : outside};
}

// Pixels outside an image, and a bias where there is none.
inline Tensor zeros_of(int64_t count) {
  Tensor zeros = empty_tensor({count}, float32);
  std::fill_n(zeros.raw<float>(), count, 0.0F);
  return zeros;
}

}  // namespace retrograd::kernels::winograd
