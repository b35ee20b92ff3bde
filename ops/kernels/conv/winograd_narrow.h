// The products of winograd.h for channels and filters that are one vector of AVX-512 each: 16 tiles
// of them, their products and the filters stay in the first cache. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <retrograd/ops/kernels/conv/winograd_loops.h>
#include <retrograd/ops/kernels/linalg/gemm_tile.h>

namespace retrograd::kernels::winograd {

// Channels, filters, and tiles that are multiplied together.
inline constexpr int kNarrow = 16;

// sums[i] += at[i * kRow + k * step] * right[k * kNarrow ...] for all k below `depth`.
template <int kRow>
[[gnu::always_inline]] inline void add_narrow(const float* at, int64_t step, int64_t depth,
                                              const float* right, Vector<64> (&sums)[kNarrow]) {
  for (int64_t k = 0; k < depth; ++k) {
    Vector<64> b;
    gemm_tile::load<float, 64>(right + k * kNarrow, b);
#pragma GCC unroll 16
    for (int i = 0; i < kNarrow; ++i) {
      sums[i] += (at[i * kRow] - Vector<64>{}) * b;
    }
    at += step;
  }
}

// For each position, the matrix (kNarrow tiles, kNarrow channels) becomes its product with that of
// the filters, (channels, filters).
[[gnu::always_inline]] inline void multiply_narrow(Positions tiles, const float* filters) {
  for (int p = 0; p < kPositions; ++p) {
    float* const at = tiles.at + p * tiles.position;
    Vector<64> sums[kNarrow] = {};
    add_narrow<kNarrow>(at, 1, kNarrow, filters + p * kNarrow * kNarrow, sums);
#pragma GCC unroll 16
    for (int i = 0; i < kNarrow; ++i) {
      std::memcpy(at + i * kNarrow, &sums[i], sizeof sums[i]);
    }
  }
}

// Adds to each position's matrix (channels, filters), or to 0, the products of `count` tiles.
[[gnu::always_inline]] inline void add_narrow_grads(Positions tiles, Positions grads, int64_t count,
                                                    bool is_first, float* to) {
  for (int p = 0; p < kPositions; ++p) {
    float* const own = to + p * kNarrow * kNarrow;
    Vector<64> sums[kNarrow] = {};
    add_narrow<1>(tiles.at + p * tiles.position, kNarrow, count, grads.at + p * grads.position,
                  sums);
#pragma GCC unroll 16
    for (int i = 0; i < kNarrow; ++i) {
      Vector<64> total{};
      if (!is_first) {
        gemm_tile::load<float, 64>(own + i * kNarrow, total);
      }
      total += sums[i];
      std::memcpy(own + i * kNarrow, &total, sizeof total);
    }
  }
}

}  // namespace retrograd::kernels::winograd
