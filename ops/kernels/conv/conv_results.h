// Results of convolutions, channels-last, whose filters fill whole vectors of AVX-512: sums of some
// neighbouring results stay in registers, where bias and ReLU are taken. Internal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm_pack.h>
#include <retrograd/ops/kernels/linalg/gemm_tile.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/prepared_weights.h>

namespace retrograd::kernels::results {

using std::int64_t;

inline constexpr std::size_t kBytes = 64;
inline constexpr int64_t kLanes = 16;
inline constexpr int64_t kMostTogether = 16;  // results of a vector that are summed together
using Vector = gemm_tile::Vectors<float, kBytes>::Vector;

struct FilterLayout {
  int64_t filters, taps;
  bool operator==(const FilterLayout&) const = default;
};

// The weights of each tap, one vector of filters after another.
inline Tensor packed_filters(const Tensor& weight, int64_t filters, int64_t taps) {
  return PreparedWeights::laid_out(weight, FilterLayout{filters, taps}, [&] {
    const Tensor w = as_contiguous(weight);
    Tensor result = empty_tensor({filters / kLanes, taps, kLanes}, float32);
    with_vectors([&]<std::size_t kOwn>() RETROGRAD_INLINE {
      if constexpr (kOwn == kBytes) {
        for (int64_t f = 0; f < filters; f += kLanes) {
          gemm_tile::pack_transposed<float, kLanes>(w.raw<float>() + f * taps, taps, kLanes, taps,
                                                    result.raw<float>() + f * taps, kLanes);
        }
      }
    });
    return result;
  });
}

// The bias of each filter, or zeros.
inline Tensor bias_of(const Tensor& bias, int64_t filters) {
  if (bias.defined()) {
    return as_contiguous(bias);
  }
  Tensor zeros = empty_tensor({filters}, float32);
  std::fill_n(zeros.raw<float>(), filters, 0.0F);
  return zeros;
}

struct Filters {
  const float* weights;  // packed
  const float* bias;
  int64_t taps;
  int64_t count;
  float limit;  // results below it become 0
};

// kResults neighbouring results of kVectors vectors of filters, the first of which is `first`.
template <int kVectors, int64_t kResults, class Offsets>
[[gnu::always_inline]] inline void sum_results(const float* x, int64_t step, Offsets offsets,
                                               const Filters& filters, int64_t first, float* to) {
  const int64_t block = filters.taps * kLanes;
  const float* weights = filters.weights + first * filters.taps;
  Vector sums[kResults][kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    Vector bias;
    gemm_tile::load<float, kBytes>(filters.bias + first + v * kLanes, bias);
#pragma GCC unroll 16
    for (int64_t i = 0; i < kResults; ++i) {
      sums[i][v] = bias;
    }
  }
  // Four pixels share an address that the compiler cannot split: x86 adds 0 to 3 steps for free,
  // and other sums would take the units of the products.
  constexpr int64_t kShare = 4;
  constexpr int64_t kAddresses = (kResults + kShare - 1) / kShare;
  const float* pixels[kAddresses];
#pragma GCC unroll 4
  for (int64_t a = 0; a < kAddresses; ++a) {
    pixels[a] = x + a * kShare * step;
    asm("" : "+r"(pixels[a]));
  }
  int64_t three_steps = 3 * step;
  asm("" : "+r"(three_steps));
  for (int64_t t = 0; t < filters.taps; ++t, weights += kLanes) {
    Vector right[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      gemm_tile::load<float, kBytes>(weights + v * block, right[v]);
    }
    const int64_t offset = offsets[t];
#pragma GCC unroll 16
    for (int64_t i = 0; i < kResults; ++i) {
      const float* const at = pixels[i / kShare] + offset;
      const Vector pixel = at[i % kShare == 3 ? three_steps : i % kShare * step] - Vector{};
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sums[i][v] += pixel * right[v];
      }
    }
  }
  // What the stores might change, and addresses as above.
  const Vector limit = filters.limit - Vector{};
  const int64_t next = filters.count;
  int64_t three_on = 3 * next;
  asm("" : "+r"(three_on));
  float* results[kAddresses];
#pragma GCC unroll 4
  for (int64_t a = 0; a < kAddresses; ++a) {
    results[a] = to + first + a * kShare * next;
    asm("" : "+r"(results[a]));
  }
#pragma GCC unroll 16
  for (int64_t i = 0; i < kResults; ++i) {
    float* const at = results[i / kShare] + (i % kShare == 3 ? three_on : i % kShare * next);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const Vector sum = sums[i][v] < limit ? Vector{} : sums[i][v];
      std::memcpy(at + v * kLanes, &sum, kBytes);
    }
  }
}

template <int kVectors, class Offsets>
[[gnu::always_inline]] inline void row_of_results(const float* x, int64_t step, int64_t count,
                                                  Offsets offsets, const Filters& filters,
                                                  int64_t first, float* to) {
  // Of four vectors, six results and what they read fill the registers.
  constexpr int64_t kTogether = kVectors == 4 ? 6 : kMostTogether / kVectors;
  int64_t j = 0;
  for (; count >= kTogether && j < count; j += kTogether) {
    j = std::min(j, count - kTogether);  // the last ones may overlap those before
    sum_results<kVectors, kTogether>(x + j * step, step, offsets, filters, first,
                                     to + j * filters.count);
  }
  for (; j < count; ++j) {
    sum_results<kVectors, 1>(x + j * step, step, offsets, filters, first, to + j * filters.count);
  }
}

// `count` neighbouring results of all filters, from pixels `step` apart. Tap t of a filter reads
// the element offsets[t] behind a pixel.
template <class Offsets>
[[gnu::always_inline]] inline void results_of_all(const float* x, int64_t step, int64_t count,
                                                  Offsets offsets, const Filters& filters,
                                                  float* to) {
  int64_t first = 0;
  for (; first + 4 * kLanes <= filters.count; first += 4 * kLanes) {
    row_of_results<4>(x, step, count, offsets, filters, first, to);
  }
  for (; first + 2 * kLanes <= filters.count; first += 2 * kLanes) {
    row_of_results<2>(x, step, count, offsets, filters, first, to);
  }
  if (first < filters.count) {
    row_of_results<1>(x, step, count, offsets, filters, first, to);
  }
}

}  // namespace retrograd::kernels::results
