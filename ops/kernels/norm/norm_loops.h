// What the forward and backward kernels of normalisation share.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/norm/norm.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels::norm {

inline Tensor laid_out(const Tensor& x, const NormGeometry& geometry) {
  return geometry.channels_last ? as_channels_last(x) : as_contiguous(x);
}
inline Tensor empty_result(const Tensor& x, const NormGeometry& geometry) {
  return geometry.channels_last
             ? empty_strided(x.shape(), channels_last_strides(x.shape()), x.dtype())
             : empty_tensor(x.shape(), x.dtype());
}

// One value a channel; undefined values stand for `otherwise`.
template <class C>
std::vector<C> channel_values(const Tensor& values, std::int64_t channels, C otherwise) {
  std::vector<C> result(static_cast<std::size_t>(channels), otherwise);
  if (values.defined()) {
    const Tensor flat = as_contiguous(values);
    for_floating(flat.dtype(), [&]<class T>() {
      std::transform(flat.raw<T>(), flat.raw<T>() + channels, result.begin(),
                     [](T value) { return convert<C>(value); });
    });
  }
  return result;
}

// Runs a loop; float64 is left to the oldest instructions, because each copy takes scratch.
template <class C, class Body>
void run_loop(const Body& body) {
  if constexpr (std::is_same_v<C, float>) {
    detail::vectorised_wide(body);
  } else {
    body();
  }
}

// A block of columns is walked a few rows at a time, with what belongs to its columns in registers.
// Wide blocks read memory in long runs.
constexpr std::int64_t kRows = 32;
constexpr std::int64_t kColumns = 64;
constexpr std::int64_t kSomeColumns = 32;
constexpr std::int64_t kFewColumns = 16;

// Calls f(first row, last row, first column, width) for the blocks of rows begin to end.
template <class F>
void for_blocks(std::int64_t begin, std::int64_t end, std::int64_t columns, F&& f) {
  const std::int64_t most = columns % kColumns == 0       ? kColumns
                            : columns % kSomeColumns == 0 ? kSomeColumns
                                                          : kFewColumns;
  for (std::int64_t r0 = begin; r0 < end; r0 += kRows) {
    for (std::int64_t c0 = 0; c0 < columns; c0 += most) {
      f(r0, std::min(end, r0 + kRows), c0, std::min(most, columns - c0));
    }
  }
}
// Calls f(row, width) for rows begin to end, with the widths of full blocks as constants.
template <class F>
void for_block_rows(std::int64_t begin, std::int64_t end, std::int64_t width, F&& f) {
  const auto all = [&](auto n) {
    for (std::int64_t row = begin; row < end; ++row) {
      f(row, n);
    }
  };
  switch (width) {
    case kFewColumns: return all(std::integral_constant<std::int64_t, kFewColumns>());
    case kSomeColumns: return all(std::integral_constant<std::int64_t, kSomeColumns>());
    case kColumns: return all(std::integral_constant<std::int64_t, kColumns>());
    default: return all(width);
  }
}

// Adds two terms of each element to the totals of its column, for rows begin to end. float32 is
// summed over a few rows at a time, then in float64.
template <class C, class Terms>
void add_columns(std::int64_t begin, std::int64_t end, std::int64_t columns, double* totals,
                 Terms&& terms) {
  for_blocks(begin, end, columns,
             [&](std::int64_t r0, std::int64_t r1, std::int64_t c0, std::int64_t width) {
               C first[kColumns] = {};
               C second[kColumns] = {};
               for_block_rows(r0, r1, width, [&](std::int64_t row, auto n) {
                 for (std::int64_t k = 0; k < n; ++k) {
                   const std::array<C, 2> term = terms(row * columns + c0 + k, c0 + k);
                   first[k] += term[0];
                   second[k] += term[1];
                 }
               });
               for (std::int64_t k = 0; k < width; ++k) {
                 totals[c0 + k] += static_cast<double>(first[k]);
                 totals[columns + c0 + k] += static_cast<double>(second[k]);
               }
             });
}

// Calls f(element, factors of its column) for rows begin to end.
template <class C, std::size_t N, class F>
void for_each_element(std::int64_t begin, std::int64_t end, std::int64_t columns,
                      const std::array<const C*, N>& factors, F&& f) {
  for_blocks(begin, end, columns,
             [&](std::int64_t r0, std::int64_t r1, std::int64_t c0, std::int64_t width) {
               C own[N][kColumns];
               for (std::size_t j = 0; j < N; ++j) {
                 std::copy_n(factors[j] + c0, width, own[j]);
               }
               for_block_rows(r0, r1, width, [&](std::int64_t row, auto n) {
                 for (std::int64_t k = 0; k < n; ++k) {
                   std::array<C, N> of;
#pragma GCC unroll 8  // or the inner loop is vectorised instead of the outer one
                   for (std::size_t j = 0; j < N; ++j) {
                     of[j] = own[j][k];
                   }
                   f(row * columns + c0 + k, of);
                 }
               });
             });
}

// Reads what terms of a run are made of: a vector of values of C, or one. They are in a structure,
// because GCC warns of functions that return a vector.
template <class C>
struct RunVector {
  static constexpr std::int64_t kLanes = 64 / static_cast<std::int64_t>(sizeof(C));
  using Vector [[gnu::vector_size(64)]] = C;
  struct Value {
    Vector value;
  };
  std::int64_t at;

  template <class T>
  RETROGRAD_INLINE Value operator()(const T* from) const {
    Vector values;
    if constexpr (std::is_same_v<T, BFloat16>) {
      using Halves [[gnu::vector_size(32)]] = std::uint16_t;
      using Words [[gnu::vector_size(64)]] = std::uint32_t;
      Halves halves;
      std::memcpy(&halves, from + at, sizeof halves);
      const Words words = __builtin_convertvector(halves, Words) << 16;
      std::memcpy(&values, &words, sizeof values);
    } else {
      std::memcpy(&values, from + at, sizeof values);
    }
    return {values};
  }
};
template <class C>
struct RunElement {
  struct Value {
    C value;
  };
  std::int64_t at;

  template <class T>
  RETROGRAD_INLINE Value operator()(const T* from) const {
    return {static_cast<C>(from[at])};
  }
};

// Adds the lanes of a vector to eight totals, one half after another.
using RunTotals [[gnu::vector_size(64)]] = double;
RETROGRAD_INLINE inline void add_lanes(const RunVector<double>::Vector (&sums)[2],
                                       RunTotals (&totals)[2]) {
  totals[0] += sums[0];
  totals[1] += sums[1];
}
RETROGRAD_INLINE inline void add_lanes(const RunVector<float>::Vector (&parts)[1],
                                       RunTotals (&totals)[2]) {
  const RunVector<float>::Vector& sums = parts[0];
  totals[0] += __builtin_convertvector(__builtin_shufflevector(sums, sums, 0, 1, 2, 3, 4, 5, 6, 7),
                                       RunTotals);
  totals[1] += __builtin_convertvector(
      __builtin_shufflevector(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15), RunTotals);
}
RETROGRAD_INLINE inline double sum_of_lanes(const RunTotals (&totals)[2]) {
  const RunTotals eight = totals[0] + totals[1];
  const RunTotals four = eight + __builtin_shufflevector(eight, eight, 4, 5, 6, 7, 0, 1, 2, 3);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// The totals of two terms over a run of n elements: terms(read) has an element as
// read(its array).value.
template <class C, class Terms>
std::array<double, 2> total_run(std::int64_t n, Terms&& terms) {
  using Vector = typename RunVector<C>::Vector;
  constexpr std::int64_t kLanes = RunVector<C>::kLanes;
  constexpr std::int64_t kParts = 16 / kLanes;
  constexpr std::int64_t kBlock = kRows * 16;
  RunTotals first[2] = {};
  RunTotals second[2] = {};
  const std::int64_t whole = n - n % 16;
  for (std::int64_t begin = 0; begin < whole; begin += kBlock) {
    const std::int64_t end = std::min(whole, begin + kBlock);
    Vector sums[kParts] = {};
    Vector others[kParts] = {};
    for (std::int64_t i = begin; i < end; i += 16) {
      for (std::int64_t part = 0; part < kParts; ++part) {
        const std::array<Vector, 2> term = terms(RunVector<C>{i + part * kLanes});
        sums[part] += term[0];
        others[part] += term[1];
      }
    }
    add_lanes(sums, first);
    add_lanes(others, second);
  }
  std::array<double, 2> totals{sum_of_lanes(first), sum_of_lanes(second)};
  for (std::int64_t i = whole; i < n; ++i) {
    const std::array<C, 2> term = terms(RunElement<C>{i});
    totals[0] += static_cast<double>(term[0]);
    totals[1] += static_cast<double>(term[1]);
  }
  return totals;
}

// The totals of two terms over the columns of a sample: (2, channels). A single sample is summed
// in parts that do not depend on the number of threads, so that the totals do not either.
template <class C, class Terms>
void total_columns(const NormGeometry& geometry, double* totals, Terms&& terms) {
  const std::int64_t columns = geometry.channels;
  const std::int64_t parts =
      geometry.samples > 1
          ? 1
          : std::clamp<std::int64_t>(geometry.positions * columns / kGrain, 1, std::int64_t{64});
  std::fill_n(totals, 2 * columns, 0.0);
  if (parts == 1) {
    run_loop<C>([&] { add_columns<C>(0, geometry.positions, columns, totals, terms); });
    return;
  }
  std::vector<double> partial(static_cast<std::size_t>(parts * 2 * columns));
  detail::parallel_parts(parts, true, [&](std::int64_t p) {
    run_loop<C>([&] {
      add_columns<C>(geometry.positions * p / parts, geometry.positions * (p + 1) / parts, columns,
                     partial.data() + p * 2 * columns, terms);
    });
  });
  for (std::int64_t p = 0; p < parts; ++p) {
    for (std::int64_t c = 0; c < 2 * columns; ++c) {
      totals[c] += partial[static_cast<std::size_t>(p * 2 * columns + c)];
    }
  }
}

// Images in at most 16 parts, each with scratch of its own: calls f(begin, end, part).
inline std::int64_t sample_parts(const NormGeometry& geometry) {
  return std::min<std::int64_t>(geometry.samples, 16);
}
template <class F>
void for_each_sample_part(const NormGeometry& geometry, F&& f) {
  const std::int64_t parts = sample_parts(geometry);
  const bool small =
      geometry.samples * geometry.positions * geometry.channels < 2 * detail::worth(kGrain);
  detail::parallel_parts(parts, !small, [&](std::int64_t p) {
    f(geometry.samples * p / parts, geometry.samples * (p + 1) / parts, p);
  });
}

// Calls f(begin, end) for the rows of a sample; a single sample has several threads.
template <class F>
void for_rows(const NormGeometry& geometry, F&& f) {
  parallel_ranges(geometry.positions, kGrain / geometry.channels + 1, f);
}

}  // namespace retrograd::kernels::norm
