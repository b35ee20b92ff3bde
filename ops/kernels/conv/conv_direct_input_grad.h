// The loops of conv_direct.cpp that give the gradient of the input: conv_direct_loops.h.
#pragma once

#include <algorithm>
#include <cstdint>

#include <retrograd/ops/kernels/conv/conv_direct_loops.h>
#include <retrograd/ops/kernels/loops/vectors.h>

namespace retrograd::kernels::direct {

constexpr int kWideLanes = 16;  // of AVX-512
constexpr int kMostOfRun = 32;  // values of a run that are summed at once

// Vectors of kOwn values.
template <int kOwn>
struct RunVectors {
  using Vector [[gnu::vector_size(kOwn * sizeof(float))]] = float;
  using Mask [[gnu::vector_size(kOwn * sizeof(float))]] = std::int32_t;
};

// Adds kVectors vectors of the run of one filter row at kRows positions, one below the other. The
// filters are 0 beyond the run, but 0 times an infinite gradient is not: `last` says which lanes of
// the last vector count.
template <int kOwn, int kRows, int kVectors>
[[gnu::always_inline]] inline void input_tile(float* x, const float* w, int64_t length,
                                              const float* grad, int64_t grad_row,
                                              const typename RunVectors<kOwn>::Mask& last,
                                              const Sizes& s) {
  using Own = typename RunVectors<kOwn>::Vector;
  Own sums[kRows][kVectors] = {};
  for (int64_t o = 0; o < s.out; ++o) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      Own filters;
      load(filters, w + o * length + v * kOwn);
#pragma GCC unroll 4
      for (int row = 0; row < kRows; ++row) {
        sums[row][v] += filters * grad[row * grad_row + o];
      }
    }
  }
#pragma GCC unroll 4
  for (int row = 0; row < kRows; ++row) {
    float* const to = x + row * s.row_step;
    Own& at_end = sums[row][kVectors - 1];
    at_end = last ? at_end : Own{};
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      Own total;
      load(total, to + v * kOwn);
      store(to + v * kOwn, total + sums[row][v]);
    }
  }
}

template <int kOwn, int kRows, int kVectors>
[[gnu::always_inline]] inline void input_rows(float* x, const float* w, int64_t length,
                                              const float* grad, int64_t begin, const Sizes& s) {
  typename RunVectors<kOwn>::Mask last;
  for (int i = 0; i < kOwn; ++i) {
    last[i] = begin + (kVectors - 1) * kOwn + i < s.run ? -1 : 0;
  }
  for (int64_t column = 0; column < s.columns; ++column) {
    for (int64_t kh = 0; kh < s.filter_rows; ++kh) {
      input_tile<kOwn, kRows, kVectors>(x + kh * s.filter_row_step + column * s.step + begin,
                                        w + kh * s.out * length + begin, length,
                                        grad + column * s.out, s.columns * s.out, last, s);
    }
  }
}

// As with_constant() from 1 to kMost. Only what is always inlined gets the instructions of the
// function that calls it; for the other loops, `flatten` does so later, which makes better code.
template <int kMost, class F>
[[gnu::always_inline]] inline void with_vectors_of_run(int64_t count, const F& f) {
  if constexpr (kMost > 1) {
    if (count != kMost) {
      return with_vectors_of_run<kMost - 1>(count, f);
    }
  }
  f.template operator()<kMost>();
}

// In vectors of kOwn values, into which `length` divides; the sums of kMostRows rows fit registers.
template <int kOwn, int kMostRows>
[[gnu::always_inline]] inline void input_image(float* x, const float* w, int64_t length,
                                               const float* grad, const Sizes& s) {
  constexpr int kMostVectors = kMostOfRun / kOwn;
  for (int64_t begin = 0; begin < length; begin += kMostOfRun) {
    const int64_t vectors = std::min<int64_t>((length - begin) / kOwn, kMostVectors);
    with_vectors_of_run<kMostVectors>(vectors, [&]<int kVectors>() RETROGRAD_INLINE {
      int64_t row = 0;
      const auto add = [&]<int kRows>() RETROGRAD_INLINE {
        for (; row + kRows <= s.rows; row += kRows) {
          input_rows<kOwn, kRows, kVectors>(x + row * s.row_step, w, length,
                                            grad + row * s.columns * s.out, begin, s);
        }
      };
      if constexpr (kMostRows >= 4) {
        add.template operator()<4>();
      }
      if constexpr (kMostRows >= 2) {
        add.template operator()<2>();
      }
      add.template operator()<1>();
    });
  }
}

}  // namespace retrograd::kernels::direct
