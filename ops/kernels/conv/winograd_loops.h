// The transforms of winograd.h, for vectors of channels. Internal.
//
// A tile is 4x4 of the image and 2x2 of the result. Its transform has 16 positions; each position
// is a matrix (tiles, channels), and the product of the image's and the filter's is a matrix
// product.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <retrograd/ops/kernels/linalg/gemm_tile.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::winograd {

using std::int64_t;

inline constexpr int kSide = 4;
inline constexpr int kPositions = kSide * kSide;

template <std::size_t kBytes>
using Vector = typename gemm_tile::Vectors<float, kBytes>::Vector;

// One matrix (tiles, channels) for each position. Rows are whole lines of cache. Rows of many
// lines, and positions, are one line longer, so that those of one channel do not fall on one place
// in the cache.
struct Positions {
  float* at;
  int64_t row;
  int64_t position;

  static constexpr int64_t apart = 16;
  static int64_t row_of(int64_t channels) {
    const int64_t row = detail::rounded_up(channels, apart);
    return row % (4 * apart) == 0 ? row + apart : row;
  }
  static int64_t position_of(int64_t tiles, int64_t channels) {
    return tiles * row_of(channels) + apart;
  }
  static int64_t size(int64_t tiles, int64_t channels) {
    return kPositions * position_of(tiles, channels);
  }
  Positions(float* memory, int64_t tiles, int64_t channels)
      : at(memory), row(row_of(channels)), position(position_of(tiles, channels)) {}
};

// Calls Transform::at(c, arguments...) for vectors of channels, of which the last two may overlap,
// or for single channels where they fill no vector.
template <std::size_t kBytes, class Transform, class... Arguments>
[[gnu::always_inline]] inline void each_vector(int64_t channels, const Arguments&... arguments) {
  constexpr int64_t kLanes = gemm_tile::Vectors<float, kBytes>::lanes;
  if (channels < kLanes) {
    for (int64_t c = 0; c < channels; ++c) {
      Transform::template at<sizeof(float)>(c, arguments...);
    }
    return;
  }
  for (int64_t c = 0; c < channels; c += kLanes) {
    Transform::template at<kBytes>(std::min(c, channels - kLanes), arguments...);
  }
}

// Where the channels of a tile's pixel i lie.
struct Patch {
  std::array<const float*, kSide> rows;
  int64_t step;

  [[gnu::always_inline]] const float* operator[](std::size_t i) const {
    return rows[i / kSide] + static_cast<int64_t>(i % kSide) * step;
  }
};

// to = B' d B of the pixels d, whose channels lie at from[].
struct OfImage {
  template <std::size_t kBytes, class Pixels>
  [[gnu::always_inline]] static inline void at(int64_t c, const Pixels& from, float* to,
                                               int64_t position) {
    Vector<kBytes> d[kPositions];
#pragma GCC unroll 16
    for (int i = 0; i < kPositions; ++i) {
      gemm_tile::load<float, kBytes>(from[static_cast<std::size_t>(i)] + c, d[i]);
    }
#pragma GCC unroll 4
    for (int j = 0; j < kSide; ++j) {  // columns
      const Vector<kBytes> first = d[j] - d[8 + j];
      const Vector<kBytes> last = d[4 + j] - d[12 + j];
      const Vector<kBytes> sum = d[4 + j] + d[8 + j];
      d[8 + j] = d[8 + j] - d[4 + j];
      d[4 + j] = sum;
      d[j] = first;
      d[12 + j] = last;
    }
#pragma GCC unroll 4
    for (int i = 0; i < kPositions; i += kSide) {  // rows
      const Vector<kBytes> row[kSide] = {d[i] - d[i + 2], d[i + 1] + d[i + 2], d[i + 2] - d[i + 1],
                                         d[i + 1] - d[i + 3]};
#pragma GCC unroll 4
      for (int j = 0; j < kSide; ++j) {
        std::memcpy(to + (i + j) * position + c, &row[j], kBytes);
      }
    }
  }
};

// to[] = A' m A, plus a bias; 0 where that is below the limit.
struct OfResult {
  template <std::size_t kBytes>
  [[gnu::always_inline]] static inline void at(int64_t c, const float* from, int64_t position,
                                               const float* bias, float limit,
                                               const std::array<float*, 4>& to) {
    Vector<kBytes> sums[2][kSide];
#pragma GCC unroll 4
    for (int j = 0; j < kSide; ++j) {  // columns
      Vector<kBytes> m[kSide];
#pragma GCC unroll 4
      for (int i = 0; i < kSide; ++i) {
        gemm_tile::load<float, kBytes>(from + (kSide * i + j) * position + c, m[i]);
      }
      sums[0][j] = m[0] + (m[1] + m[2]);
      sums[1][j] = (m[1] - m[2]) - m[3];
    }
    Vector<kBytes> b;
    gemm_tile::load<float, kBytes>(bias + c, b);
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
      const auto& s = sums[i];
      Vector<kBytes> left = s[0] + (s[1] + s[2]) + b;
      Vector<kBytes> right = (s[1] - s[2]) - s[3] + b;
      left = left < limit ? Vector<kBytes>{} : left;
      right = right < limit ? Vector<kBytes>{} : right;
      std::memcpy(to[static_cast<std::size_t>(2 * i)] + c, &left, kBytes);
      std::memcpy(to[static_cast<std::size_t>(2 * i + 1)] + c, &right, kBytes);
    }
  }
};

// to = A e A' of the gradients e of a tile's results.
struct OfGrad {
  template <std::size_t kBytes>
  [[gnu::always_inline]] static inline void at(int64_t c, const std::array<const float*, 4>& from,
                                               float* to, int64_t position) {
    Vector<kBytes> e[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      gemm_tile::load<float, kBytes>(from[static_cast<std::size_t>(i)] + c, e[i]);
    }
    const Vector<kBytes> rows[kSide][2] = {
        {e[0], e[1]}, {e[0] + e[2], e[1] + e[3]}, {e[0] - e[2], e[1] - e[3]}, {-e[2], -e[3]}};
#pragma GCC unroll 4
    for (int i = 0; i < kSide; ++i) {
      const Vector<kBytes> row[kSide] = {rows[i][0], rows[i][0] + rows[i][1],
                                         rows[i][0] - rows[i][1], -rows[i][1]};
#pragma GCC unroll 4
      for (int j = 0; j < kSide; ++j) {
        std::memcpy(to + (kSide * i + j) * position + c, &row[j], kBytes);
      }
    }
  }
};

// to = G g G' of the filters g, whose 9 weights lie `apart` from each other.
struct OfFilter {
  template <std::size_t kBytes>
  [[gnu::always_inline]] static inline void at(int64_t c, const float* from, int64_t apart,
                                               float* to, int64_t position) {
    Vector<kBytes> rows[kSide][3];
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) {  // columns
      Vector<kBytes> g[3];
#pragma GCC unroll 3
      for (int i = 0; i < 3; ++i) {
        gemm_tile::load<float, kBytes>(from + (3 * i + j) * apart + c, g[i]);
      }
      const Vector<kBytes> outer = (g[0] + g[2]) * 0.5F;
      const Vector<kBytes> middle = g[1] * 0.5F;
      rows[0][j] = g[0];
      rows[1][j] = outer + middle;
      rows[2][j] = outer - middle;
      rows[3][j] = g[2];
    }
#pragma GCC unroll 4
    for (int i = 0; i < kSide; ++i) {
      const auto& g = rows[i];
      const Vector<kBytes> outer = (g[0] + g[2]) * 0.5F;
      const Vector<kBytes> middle = g[1] * 0.5F;
      const Vector<kBytes> row[kSide] = {g[0], outer + middle, outer - middle, g[2]};
#pragma GCC unroll 4
      for (int j = 0; j < kSide; ++j) {
        std::memcpy(to + (kSide * i + j) * position + c, &row[j], kBytes);
      }
    }
  }
};

// to = G' u G: the gradients of 9 weights, `apart` from each other, of their transform's.
struct OfFilterGrad {
  template <std::size_t kBytes>
  [[gnu::always_inline]] static inline void at(int64_t c, const float* from, int64_t position,
                                               float* to, int64_t apart) {
    Vector<kBytes> rows[3][kSide];
#pragma GCC unroll 4
    for (int j = 0; j < kSide; ++j) {  // columns
      Vector<kBytes> u[kSide];
#pragma GCC unroll 4
      for (int i = 0; i < kSide; ++i) {
        gemm_tile::load<float, kBytes>(from + (kSide * i + j) * position + c, u[i]);
      }
      const Vector<kBytes> half = (u[1] + u[2]) * 0.5F;
      rows[0][j] = u[0] + half;
      rows[1][j] = (u[1] - u[2]) * 0.5F;
      rows[2][j] = half + u[3];
    }
#pragma GCC unroll 3
    for (int i = 0; i < 3; ++i) {
      const auto& u = rows[i];
      const Vector<kBytes> half = (u[1] + u[2]) * 0.5F;
      const Vector<kBytes> row[3] = {u[0] + half, (u[1] - u[2]) * 0.5F, half + u[3]};
#pragma GCC unroll 3
      for (int j = 0; j < 3; ++j) {
        std::memcpy(to + (3 * i + j) * apart + c, &row[j], kBytes);
      }
    }
  }
};

}  // namespace retrograd::kernels::winograd
