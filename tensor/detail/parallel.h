// Sharing a loop between threads. Internal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <omp.h>

#include <retrograd/tensor/threads.h>

namespace retrograd::detail {

// Below this many elements a second thread costs more than it saves.
inline constexpr std::int64_t kGrain = 32768;

// Calls f(begin, end), or f(begin, end, part) with the part's number below get_num_threads(), for
// parts of [0, count), in several threads when there is enough to do. The parts must not depend on
// each other. f must not throw.
template <class F>
void parallel_ranges(std::int64_t count, std::int64_t grain, F&& f) {
  const auto call = [&](std::int64_t begin, std::int64_t end, [[maybe_unused]] std::int64_t part) {
    if constexpr (std::is_invocable_v<F&, std::int64_t, std::int64_t, std::int64_t>) {
      f(begin, end, part);
    } else {
      f(begin, end);
    }
  };
  const std::int64_t parts = std::min<std::int64_t>(get_num_threads(), count / grain);
  if (parts <= 1 || omp_in_parallel()) {
    call(0, count, 0);
    return;
  }
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(parts))
  for (std::int64_t part = 0; part < parts; ++part) {
    call(count * part / parts, count * (part + 1) / parts, part);
  }
}

}  // namespace retrograd::detail
