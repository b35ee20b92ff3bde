#include <retrograd/tensor/threads.h>

#include <atomic>
#include <string>

#include <omp.h>

#include <retrograd/tensor/error.h>

namespace retrograd {

namespace {
std::atomic<int>& thread_count() noexcept {
  static std::atomic<int> count{omp_get_max_threads()};
  return count;
}
}  // namespace

void set_num_threads(int count) {
  if (count < 1) {
    throw ValueError("set_num_threads: " + std::to_string(count) +
                     " threads; at least 1 is needed");
  }
  thread_count() = count;
}

int get_num_threads() noexcept {
  return thread_count().load(std::memory_order_relaxed);
}

namespace detail {
void apply_num_threads() noexcept {
  const int wanted = get_num_threads();
  if (omp_get_max_threads() != wanted) {
    omp_set_num_threads(wanted);
  }
}
}  // namespace detail

}  // namespace retrograd
