// Attention's loops over the numbers of a block. Internal.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <retrograd/ops/kernels/loops/vector_math.h>
#include <retrograd/ops/kernels/sequence/attention.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels::attending {

using std::int64_t;

// Scores of a block of queries, or what is made of them; rows are `step` apart.
template <class C>
struct Scores {
  C* first;
  int64_t step;

  C* row(int64_t i) const { return first + i * step; }
};

// to (rows, columns), row-major, = factor * from.
template <class C, class T>
void load(C* to, const T* from, int64_t from_row, int64_t rows, int64_t columns, C factor) {
  detail::vectorised_wide([=] {
    for (int64_t i = 0; i < rows; ++i) {
#pragma omp simd
      for (int64_t j = 0; j < columns; ++j) {
        to[i * columns + j] = convert<C>(from[i * from_row + j]) * factor;
      }
    }
  });
}

// Joins f(0) to f(n - 1) with `start` in 16 parts, which gives the same on any processor.
template <class C, class F, class Join>
[[gnu::always_inline]] inline C folded(C start, int64_t n, const F& f, const Join& join) {
  constexpr int64_t kParts = 16;
  std::array<C, kParts> parts;
  parts.fill(start);
  int64_t i = 0;
  for (; i + kParts <= n; i += kParts) {
#pragma omp simd
    for (int64_t p = 0; p < kParts; ++p) {
      C& part = parts[static_cast<std::size_t>(p)];
      part = join(part, f(i + p));
    }
  }
  for (int64_t p = 0; i + p < n; ++p) {
    C& part = parts[static_cast<std::size_t>(p)];
    part = join(part, f(i + p));
  }
  for (int64_t half = kParts / 2; half > 0; half /= 2) {
    for (int64_t p = 0; p < half; ++p) {
      C& part = parts[static_cast<std::size_t>(p)];
      part = join(part, parts[static_cast<std::size_t>(p + half)]);
    }
  }
  return parts[0];
}

// The sums that a block of queries carries from keys to keys.
template <class C>
struct Running {
  C* largest;    // score of each query
  C* total;      // of exp(score - largest)
  C* sums;       // (queries, Ev), of exp(score - largest) value
  int64_t step;  // from a row of them to the next

  Running from(int64_t query) const {
    return {largest + query, total + query, sums + query * step, step};
  }
};

// Makes exponentials of a block of scores and moves the running sums to its largest ones.
template <class C>
void move_on(Scores<C> scores, int64_t queries, int64_t keys, int64_t value_width, bool first,
             const Running<C>& running) {
  constexpr C kNone = -std::numeric_limits<C>::infinity();
  detail::vectorised_wide([=] {
    for (int64_t i = 0; i < queries; ++i) {
      C* const s = scores.row(i);
      const C largest = folded(
          first ? kNone : running.largest[i], keys, [=](int64_t j) { return s[j]; },
          [](C a, C b) { return a > b ? a : b; });
      const C shift = largest == kNone ? C{0} : largest;
      const C total = folded(
          C{0}, keys, [=](int64_t j) { return s[j] = vec::exp_below_0(s[j] - shift); },
          [](C a, C b) { return a + b; });
      if (first) {
        running.total[i] = total;
      } else if (largest != running.largest[i]) {
        const C factor = vec::exp_below_0(running.largest[i] - shift);
        running.total[i] = running.total[i] * factor + total;
        C* const sums = running.sums + i * running.step;
#pragma omp simd
        for (int64_t j = 0; j < value_width; ++j) {
          sums[j] *= factor;
        }
      } else {
        running.total[i] += total;
      }
      running.largest[i] = largest;
    }
  });
}

// Writes the output and the logarithms of the totals.
template <class C, class T>
void finish(const Running<C>& running, int64_t queries, int64_t value_width, C factor, T* output,
            int64_t output_row, C* log_total) {
  detail::vectorised_wide([=] {
    for (int64_t i = 0; i < queries; ++i) {
      const C total = running.total[i];
#pragma omp simd
      for (int64_t j = 0; j < value_width; ++j) {
        output[i * output_row + j] =
            convert<T>(running.sums[i * running.step + j] / total * factor);
      }
    }
  });
  for (int64_t i = 0; i < queries; ++i) {
    log_total[i] = running.largest[i] + std::log(running.total[i]);
  }
}

// Multiplies a block of scores.
inline void scale(Scores<float> scores, int64_t queries, int64_t keys, float factor) {
  if (factor == 1) {
    return;
  }
  detail::vectorised_wide([=] {
    for (int64_t i = 0; i < queries; ++i) {
      float* const s = scores.row(i);
#pragma omp simd
      for (int64_t j = 0; j < keys; ++j) {
        s[j] *= factor;
      }
    }
  });
}

// P from scores.
template <class C>
void weigh(Scores<C> scores, int64_t queries, int64_t keys, const C* log_total) {
  detail::vectorised_wide([=] {
    for (int64_t i = 0; i < queries; ++i) {
      C* const s = scores.row(i);
      const C shift = log_total[i];
#pragma omp simd
      for (int64_t j = 0; j < keys; ++j) {
        s[j] = vec::exp_below_0(s[j] - shift);
      }
    }
  });
}

// dS in place of slopes, where factor * slopes = D (G V^T).
template <class C>
void slope(Scores<C> slopes, Scores<C> weights, int64_t queries, int64_t keys, const C* means,
           C factor) {
  detail::vectorised_wide([=] {
    for (int64_t i = 0; i < queries; ++i) {
      C* const s = slopes.row(i);
      const C* const w = weights.row(i);
      const C mean = means[i];
#pragma omp simd
      for (int64_t j = 0; j < keys; ++j) {
        s[j] = w[j] * (s[j] * factor - mean);
      }
    }
  });
}

// to (rows, columns) = factor * from, rounded.
template <class T, class C>
void store(T* to, int64_t to_row, const C* from, int64_t from_row, int64_t rows, int64_t columns,
           C factor) {
  detail::vectorised_wide([=] {
    for (int64_t i = 0; i < rows; ++i) {
#pragma omp simd
      for (int64_t j = 0; j < columns; ++j) {
        to[i * to_row + j] = convert<T>(from[i * from_row + j] * factor);
      }
    }
  });
}

}  // namespace retrograd::kernels::attending
