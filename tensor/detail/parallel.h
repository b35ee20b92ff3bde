// Sharing a loop between threads. Internal.
#pragma once

#include <algorithm>
#include <cstdint>

#include <omp.h>

#include <retrograd/tensor/threads.h>

namespace retrograd::detail {

// Below this many elements a second thread costs more than it saves.
inline constexpr std::int64_t kGrain = 32768;

// Calls f(begin, end) for parts of [0, count), in several threads when there is enough to do. The
// parts must not depend on each other. f must not throw.
template <class F>
void parallel_ranges(std::int64_t count, std::int64_t grain, F&& f) {
  const std::int64_t parts = std::min<std::int64_t>(get_num_threads(), count / grain);
  if (parts <= 1 || omp_in_parallel()) {
    f(std::int64_t{0}, count);
    return;
  }
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(parts))
  for (std::int64_t part = 0; part < parts; ++part) {
    f(count * part / parts, count * (part + 1) / parts);
  }
}

}  // namespace retrograd::detail
