#include <retrograd/tensor/threads.h>

#include <atomic>
#include <string>

#include <omp.h>
#include <pthread.h>

#include <retrograd/tensor/error.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd {

namespace {

std::atomic<int>& thread_count() noexcept {
  static std::atomic<int> count{omp_get_max_threads()};
  return count;
}

std::atomic<bool> threads_started{false};
std::atomic<bool> threads_lost{false};  // by a fork

void use_one_thread_after_fork() noexcept {
  threads_lost = threads_started.load();
  thread_count() = 1;
  omp_set_num_threads(1);
}

// Where it cannot be registered, fork() is as in any program with OpenMP.
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, use_one_thread_after_fork);

}  // namespace

void set_num_threads(int count, Where where) {
  if (count < 1 || count > kMostThreads) {
    check::refuse<ValueError>(
        {"set_num_threads", where}, {},
        "{} threads; at least 1 is needed, and at most {} [value-out-of-range]", count,
        kMostThreads);
  }
  if (count > 1 && threads_lost) {
    check::refuse<GraphError>(
        {"set_num_threads", where}, {},
        "{} threads in a process of fork(), whose parent had used several: OpenMP would wait "
        "for them forever; fork earlier, or start another program [threads-after-fork]",
        count);
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
  if (wanted > 1) {
    note_threads_started();
  }
}

void note_threads_started() noexcept {
  if (!threads_started.load(std::memory_order_relaxed)) {
    threads_started.store(true, std::memory_order_relaxed);
  }
}

void FirstError::keep() noexcept {
  const std::scoped_lock lock(mutex_);
  if (!error_) {
    error_ = std::current_exception();
  }
}

void FirstError::throw_error() const {
  try {
    std::rethrow_exception(error_);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(error.bytes());
  }
}

}  // namespace detail

}  // namespace retrograd
