// Lines of depthwise.h, channels-last, for vectors of channels. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <retrograd/ops/kernels/linalg/gemm_tile.h>
#include <retrograd/tensor/dtype.h>

namespace retrograd::kernels::depthwise {

using std::int64_t;

inline constexpr int64_t kMostSide = 7;  // of a filter
inline constexpr int64_t kMostTaps = kMostSide * kMostSide;
inline constexpr int64_t kTogether = 4;  // results of a line that are computed together

template <std::size_t kBytes>
using Vector = typename gemm_tile::Vectors<float, kBytes>::Vector;

// The next narrower vectors. Those of 8 bytes would multiply what else the register holds.
constexpr std::size_t narrower(std::size_t bytes) {
  return bytes > 16 ? bytes / 2 : sizeof(float);
}

// bfloat16 values of a vector, and their bits as those of float32.
template <std::size_t kBytes>
struct Low {
  using Halves [[gnu::vector_size(kBytes / 2)]] = std::uint16_t;
  using Words [[gnu::vector_size(kBytes)]] = std::uint32_t;
};

template <std::size_t kBytes>
[[gnu::always_inline]] inline void load(const float* from, Vector<kBytes>& to) {
  std::memcpy(&to, from, kBytes);
}
template <std::size_t kBytes>
[[gnu::always_inline]] inline void load(const BFloat16* from, Vector<kBytes>& to) {
  using Words = typename Low<kBytes>::Words;
  typename Low<kBytes>::Halves halves;
  std::memcpy(&halves, from, kBytes / 2);
  const Words words = __builtin_convertvector(halves, Words) << 16;
  std::memcpy(&to, &words, kBytes);
}
template <std::size_t kBytes>
[[gnu::always_inline]] inline void store(const Vector<kBytes>& from, float* to) {
  std::memcpy(to, &from, kBytes);
}
// Rounded as BFloat16 does.
template <std::size_t kBytes>
[[gnu::always_inline]] inline void store(const Vector<kBytes>& from, BFloat16* to) {
  using Halves = typename Low<kBytes>::Halves;
  using Words = typename Low<kBytes>::Words;
  Words bits;
  std::memcpy(&bits, &from, kBytes);
  const Words rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Words words = from == from ? rounded : (bits >> 16) | 0x40;
  const Halves halves = __builtin_convertvector(words, Halves);
  std::memcpy(static_cast<void*>(to), &halves, kBytes / 2);
}

// A weight of the filters and where its factor lies: result j of a line takes column
// j * step + column of `line`, which is null outside the image.
template <class S>
struct Tap {
  const S* line;
  const float* weights;  // of all channels
  int64_t column;
};

// Results 0 to count - 1 of a line.
template <class S, class R>
struct Line {
  std::array<Tap<S>, kMostTaps> taps;
  int64_t tap_count = 0;
  int64_t width;  // of the lines that are read
  int64_t step;
  int64_t channels;
  const S* zeros;  // a column outside
  R* to;
  int64_t to_step;  // elements between results
  int64_t count;
};

template <std::size_t kBytes, class S, class R, std::size_t kResults>
[[gnu::always_inline]] inline void line_vector(
    const Line<S, R>& line, const std::array<const S*, kMostTaps * kTogether>& at, R* to,
    int64_t c) {
  Vector<kBytes> sums[kResults] = {};
  for (int64_t t = 0; t < line.tap_count; ++t) {
    Vector<kBytes> weight;
    load<kBytes>(line.taps[static_cast<std::size_t>(t)].weights + c, weight);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kResults; ++i) {
      Vector<kBytes> x;
      load<kBytes>(at[static_cast<std::size_t>(t) * kResults + i] + c, x);
      sums[i] += x * weight;
    }
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kResults; ++i) {
    store<kBytes>(sums[i], to + static_cast<int64_t>(i) * line.to_step + c);
  }
}

// Vectors of channels from c on: wide ones, then narrower ones for the rest.
template <std::size_t kBytes, class S, class R, std::size_t kResults>
[[gnu::always_inline]] inline void line_vectors(
    const Line<S, R>& line, const std::array<const S*, kMostTaps * kTogether>& at, R* to,
    int64_t c) {
  constexpr int64_t kLanes = gemm_tile::Vectors<float, kBytes>::lanes;
  for (; c + kLanes <= line.channels; c += kLanes) {
    line_vector<kBytes, S, R, kResults>(line, at, to, c);
  }
  if constexpr (kLanes > 1) {
    line_vectors<narrower(kBytes), S, R, kResults>(line, at, to, c);
  }
}

// Results j to j + kResults - 1.
template <std::size_t kBytes, class S, class R, std::size_t kResults>
[[gnu::always_inline]] inline void results(const Line<S, R>& line, int64_t j) {
  std::array<const S*, kMostTaps * kTogether> at;
  for (int64_t t = 0; t < line.tap_count; ++t) {
    const Tap<S>& tap = line.taps[static_cast<std::size_t>(t)];
    for (std::size_t i = 0; i < kResults; ++i) {
      const int64_t column = (j + static_cast<int64_t>(i)) * line.step + tap.column;
      at[static_cast<std::size_t>(t) * kResults + i] =
          column >= 0 && column < line.width ? tap.line + column * line.channels : line.zeros;
    }
  }
  line_vectors<kBytes, S, R, kResults>(line, at, line.to + j * line.to_step, 0);
}

template <std::size_t kBytes, class S, class R>
[[gnu::always_inline]] inline void run_line(const Line<S, R>& line) {
  int64_t j = 0;
  for (; j + kTogether <= line.count; j += kTogether) {
    results<kBytes, S, R, kTogether>(line, j);
  }
  for (; j < line.count; ++j) {
    results<kBytes, S, R, 1>(line, j);
  }
}

// What a line of results' gradients adds to kWidth weights of each filter: weight k takes column
// j * step + k * dilation - left.
template <class S>
struct WeightLine {
  const S* grad;
  const S* line;
  int64_t count;
  int64_t width;
  int64_t step;
  int64_t dilation;
  int64_t left;
  int64_t channels;
  float* sums;  // (kWidth, channels)
};

// Adds the products of columns first to last - 1; checked: those of which some lie outside.
template <std::size_t kBytes, class S, int kWidth, bool kChecked>
[[gnu::always_inline]] inline void add_products(const WeightLine<S>& line, int64_t first,
                                                int64_t last, int64_t c,
                                                Vector<kBytes> (&sums)[kWidth]) {
  const S* grad_at = line.grad + first * line.channels + c;
  int64_t column = first * line.step - line.left;
  const S* at = line.line + column * line.channels + c;
  const int64_t apart = line.dilation * line.channels;
  for (int64_t j = first; j < last; ++j) {
    Vector<kBytes> grad;
    load<kBytes>(grad_at, grad);
#pragma GCC unroll 7
    for (int k = 0; k < kWidth; ++k) {
      const int64_t own = column + k * line.dilation;
      if (!kChecked || (own >= 0 && own < line.width)) {
        Vector<kBytes> x;
        load<kBytes>(at + k * apart, x);
        sums[k] += x * grad;
      }
    }
    grad_at += line.channels;
    column += line.step;
    at += line.step * line.channels;
  }
}

template <std::size_t kBytes, class S, int kWidth>
[[gnu::always_inline]] inline void weight_vector(const WeightLine<S>& line, int64_t begin,
                                                 int64_t end, int64_t c) {
  Vector<kBytes> sums[kWidth] = {};
  add_products<kBytes, S, kWidth, true>(line, 0, begin, c, sums);
  add_products<kBytes, S, kWidth, false>(line, begin, end, c, sums);
  add_products<kBytes, S, kWidth, true>(line, end, line.count, c, sums);
#pragma GCC unroll 7
  for (int k = 0; k < kWidth; ++k) {
    float* const to = line.sums + k * line.channels + c;
    Vector<kBytes> total;
    load<kBytes>(to, total);
    store<kBytes>(total + sums[k], to);
  }
}

template <std::size_t kBytes, class S, int kWidth>
[[gnu::always_inline]] inline void weight_vectors(const WeightLine<S>& line, int64_t begin,
                                                  int64_t end, int64_t c) {
  constexpr int64_t kLanes = gemm_tile::Vectors<float, kBytes>::lanes;
  for (; c + kLanes <= line.channels; c += kLanes) {
    weight_vector<kBytes, S, kWidth>(line, begin, end, c);
  }
  if constexpr (kLanes > 1) {
    weight_vectors<narrower(kBytes), S, kWidth>(line, begin, end, c);
  }
}

template <std::size_t kBytes, class S, int kWidth>
[[gnu::always_inline]] inline void run_weight_line(const WeightLine<S>& line) {
  // Between begin and end, all columns lie in the image.
  const int64_t begin = std::clamp<int64_t>((line.left + line.step - 1) / line.step, 0, line.count);
  const int64_t last = line.width - 1 + line.left - (kWidth - 1) * line.dilation;
  const int64_t end = std::clamp(last < 0 ? 0 : last / line.step + 1, begin, line.count);
  weight_vectors<kBytes, S, kWidth>(line, begin, end, 0);
}

}  // namespace retrograd::kernels::depthwise
