// Results of convolutions, channels-last, whose filters fill whole vectors of AVX-512: sums of some
// neighbouring results stay in registers, where bias and ReLU are taken. Internal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm_tile.h>

namespace retrograd::kernels::results {

using std::int64_t;

inline constexpr std::size_t kBytes = 64;
inline constexpr int64_t kLanes = 16;
inline constexpr int64_t kMostTogether = 16;  // results that are summed together
using Vector = gemm_tile::Vectors<float, kBytes>::Vector;

// For each vector of filters, its bias and its weights of each tap.
inline Tensor packed_filters(const Tensor& weight, const Tensor& bias, int64_t filters,
                             int64_t taps) {
  const Tensor w = as_contiguous(weight);
  const int64_t block = taps + 1;
  Tensor result = empty_tensor({filters / kLanes, block, kLanes}, float32);
  for (int64_t f = 0; f < filters; ++f) {
    float* const to = result.raw<float>() + f / kLanes * block * kLanes + f % kLanes;
    to[0] = bias.defined() ? bias.raw<float>()[f * bias.strides()[0]] : 0.0F;
    for (int64_t t = 0; t < taps; ++t) {
      to[(t + 1) * kLanes] = w.raw<float>()[f * taps + t];
    }
  }
  return result;
}

// kResults neighbouring results of kVectors vectors of filters.
template <int kVectors, int64_t kResults, class Offsets>
[[gnu::always_inline]] inline void sum_results(const float* x, int64_t step, Offsets offsets,
                                               int64_t taps, const float* weights, float limit,
                                               float* to, int64_t filters) {
  const int64_t block = (taps + 1) * kLanes;
  Vector sums[kResults][kVectors];
#pragma GCC unroll 3
  for (int v = 0; v < kVectors; ++v) {
    Vector bias;
    gemm_tile::load<float, kBytes>(weights + v * block, bias);
#pragma GCC unroll 16
    for (int64_t i = 0; i < kResults; ++i) {
      sums[i][v] = bias;
    }
  }
  // Apart for the compiler: sums of x, i * step and the offset would take the units of the
  // products.
  const float* pixels[kResults];
#pragma GCC unroll 16
  for (int64_t i = 0; i < kResults; ++i) {
    pixels[i] = x + i * step;
    if constexpr (kResults < kMostTogether) {
      asm("" : "+r"(pixels[i]));
    }
  }
  for (int64_t t = 0; t < taps; ++t) {
    weights += kLanes;
    Vector right[kVectors];
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) {
      gemm_tile::load<float, kBytes>(weights + v * block, right[v]);
    }
    const int64_t offset = offsets[t];
#pragma GCC unroll 16
    for (int64_t i = 0; i < kResults; ++i) {
      const Vector pixel = pixels[i][offset] - Vector{};
#pragma GCC unroll 3
      for (int v = 0; v < kVectors; ++v) {
        sums[i][v] += pixel * right[v];
      }
    }
  }
#pragma GCC unroll 16
  for (int64_t i = 0; i < kResults; ++i) {
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) {
      const Vector sum = sums[i][v] < limit ? Vector{} : sums[i][v];
      std::memcpy(to + i * filters + v * kLanes, &sum, kBytes);
    }
  }
}

template <int kVectors, class Offsets>
[[gnu::always_inline]] inline void row_of_results(const float* x, int64_t step, int64_t count,
                                                  Offsets offsets, int64_t taps,
                                                  const float* weights, float limit, float* to,
                                                  int64_t filters) {
  // Of three vectors not eight: GCC 12 would keep some filters in memory.
  constexpr int64_t kTogether = kVectors == 1 ? kMostTogether : kVectors == 2 ? 8 : 7;
  int64_t j = 0;
  for (; count >= kTogether && j < count; j += kTogether) {
    j = std::min(j, count - kTogether);  // the last ones may overlap those before
    sum_results<kVectors, kTogether>(x + j * step, step, offsets, taps, weights, limit,
                                     to + j * filters, filters);
  }
  for (; j < count; ++j) {
    sum_results<kVectors, 1>(x + j * step, step, offsets, taps, weights, limit, to + j * filters,
                             filters);
  }
}

// `count` neighbouring results of all filters, from pixels `step` apart. Tap t of a filter reads
// the element offsets[t] behind a pixel; results below the limit become 0.
template <class Offsets>
[[gnu::always_inline]] inline void results_of_all(const float* x, int64_t step, int64_t count,
                                                  Offsets offsets, int64_t taps,
                                                  const float* weights, float limit, float* to,
                                                  int64_t filters) {
  const int64_t block = (taps + 1) * kLanes;
  const int64_t vectors = filters / kLanes;
  for (int64_t v = 0; v < vectors;) {
    const int64_t left = vectors - v;
    const float* const own = weights + v * block;
    float* const own_to = to + v * kLanes;
    if (left == 1) {
      row_of_results<1>(x, step, count, offsets, taps, own, limit, own_to, filters);
      v += 1;
    } else if (left == 2 || left == 4) {
      row_of_results<2>(x, step, count, offsets, taps, own, limit, own_to, filters);
      v += 2;
    } else {
      row_of_results<3>(x, step, count, offsets, taps, own, limit, own_to, filters);
      v += 3;
    }
  }
}

}  // namespace retrograd::kernels::results
