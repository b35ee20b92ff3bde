// Sharing a loop between threads. Internal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>

#include <omp.h>

#include <retrograd/tensor/threads.h>

namespace retrograd::detail {

// Below this many elements a second thread costs more than it saves.
inline constexpr std::int64_t kGrain = 32768;

// Into how many parts it pays to divide `count` things to do, of which `grain` are worth a thread.
inline std::int64_t parts_of(std::int64_t count, std::int64_t grain) {
  const std::int64_t parts = std::min<std::int64_t>(get_num_threads(), count / grain);
  return parts <= 1 || omp_in_parallel() ? 1 : parts;
}

// The first exception of a parallel region, which must not leave it.
class FirstError {
 public:
  // Only inside a catch clause.
  void keep() noexcept;
  // OutOfMemory is thrown anew: the thread that ran out does not know the operator.
  void rethrow() const {
    if (error_) {
      throw_error();
    }
  }

 private:
  [[noreturn]] void throw_error() const;

  std::mutex mutex_;
  std::exception_ptr error_;
};

// Calls f(begin, end, part) for `parts` parts of [0, count), each in a thread. The parts must not
// depend on each other. What f throws first is thrown when all parts are done.
template <class F>
void parallel_parts(std::int64_t count, std::int64_t parts, F&& f) {
  if (parts == 1) {
    f(std::int64_t{0}, count, std::int64_t{0});
    return;
  }
  note_threads_started();
  FirstError error;
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(parts))
  for (std::int64_t part = 0; part < parts; ++part) {
    try {
      f(count * part / parts, count * (part + 1) / parts, part);
    } catch (...) {
      error.keep();
    }
  }
  error.rethrow();
}

// Calls f(begin, end) for parts of [0, count), in several threads when there is enough to do.
template <class F>
void parallel_ranges(std::int64_t count, std::int64_t grain, F&& f) {
  parallel_parts(count, parts_of(count, grain),
                 [&](std::int64_t begin, std::int64_t end, std::int64_t) { f(begin, end); });
}

}  // namespace retrograd::detail
