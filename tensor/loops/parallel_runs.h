// for_each_run in several threads. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <retrograd/tensor/loops/pieces.h>
#include <retrograd/tensor/strided.h>

namespace retrograd::detail {

// As for_each_run; each thread gets a part of the longest dimension. `work` says how many
// elements one visit stands for. The visits must not depend on each other, and run must not throw.
template <std::size_t N, class Run>
void for_each_run_in_parallel(const Shape& shape, const std::array<const Strides*, N>& strides,
                              std::int64_t work, Run&& run) {
  std::int64_t visits = 1;
  std::size_t longest = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    visits *= shape[d];
    longest = shape[d] > shape[longest] ? d : longest;
  }
  if (shape.empty() || visits == 0) {
    for_each_run<N>(shape, strides, run);
    return;
  }
  const std::int64_t length = shape[longest];
  const std::int64_t each = std::max<std::int64_t>(visits / length * work, 1);
  parallel_ranges(length, kGrain / each + 1, [&](std::int64_t begin, std::int64_t end) {
    Shape part = shape;
    part[longest] = end - begin;
    for_each_run<N>(part, strides, [&](auto at, std::int64_t n, const auto& step) {
      for (std::size_t k = 0; k < N; ++k) {
        at[k] += begin * (*strides[k])[longest];
      }
      run(at, n, step);
    });
  });
}

}  // namespace retrograd::detail
