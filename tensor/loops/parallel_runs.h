// for_each_run in several threads. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <retrograd/tensor/loops/pieces.h>
#include <retrograd/tensor/strided.h>

namespace retrograd::detail {

// The dimension to cut: the outermost in memory, so that pieces write apart, of those that are long
// enough for a number of pieces.
inline std::size_t dimension_to_cut(const Shape& shape, const Strides& strides) {
  constexpr std::int64_t kLong = 16;
  std::size_t best = 0;
  for (std::size_t d = 1; d < shape.size(); ++d) {
    const std::int64_t length = std::min(shape[d], kLong);
    const std::int64_t most = std::min(shape[best], kLong);
    if (length > most || (length == most && std::abs(strides[d]) > std::abs(strides[best]))) {
      best = d;
    }
  }
  return best;
}

// As for_each_run, in pieces of one dimension. `work` says how many elements one visit stands for.
// The visits must not depend on each other, and run must not throw.
template <std::size_t N, class Run>
void for_each_run_in_parallel(const Shape& shape, const std::array<const Strides*, N>& strides,
                              std::int64_t work, Run&& run) {
  std::int64_t visits = 1;
  for (const std::int64_t size : shape) {
    visits *= size;
  }
  if (shape.empty() || visits == 0) {
    for_each_run<N>(shape, strides, run);
    return;
  }
  const std::size_t cut = dimension_to_cut(shape, *strides[0]);
  const std::int64_t length = shape[cut];
  const std::int64_t each = std::max<std::int64_t>(visits / length * work, 1);
  parallel_ranges(length, kGrain / each + 1, [&](std::int64_t begin, std::int64_t end) {
    Shape part = shape;
    part[cut] = end - begin;
    for_each_run<N>(part, strides, [&](auto at, std::int64_t n, const auto& step) {
      for (std::size_t k = 0; k < N; ++k) {
        at[k] += begin * (*strides[k])[cut];
      }
      run(at, n, step);
    });
  });
}

}  // namespace retrograd::detail
