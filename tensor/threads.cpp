#include <retrograd/tensor/threads.h>

#include <atomic>
#include <cstring>

#include <retrograd/tensor/error.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/environment.h>
#include <retrograd/tensor/internal/processors.h>

namespace retrograd {

namespace {

std::atomic<int>& thread_count() noexcept {
  static std::atomic<int> count{detail::usable_processors()};
  return count;
}

std::atomic<bool>& deterministic() noexcept {
  static std::atomic<bool> value{[] {
    const char* const variable = detail::environment("RETROGRAD_DETERMINISTIC");
    return variable != nullptr && std::strcmp(variable, "") != 0 && std::strcmp(variable, "0") != 0;
  }()};
  return value;
}

}  // namespace

void set_num_threads(int count, Where where) {
  if (count < 1 || count > kMostThreads) {
    check::refuse<ValueError>(
        {"set_num_threads", where}, {},
        "{} threads; at least 1 is needed, and at most {} [value-out-of-range]", count,
        kMostThreads);
  }
  thread_count() = count;
}

int get_num_threads() noexcept {
  return thread_count().load(std::memory_order_relaxed);
}

void set_deterministic(bool wanted) noexcept {
  deterministic() = wanted;
}

bool is_deterministic() noexcept {
  return deterministic().load(std::memory_order_relaxed);
}

DeterministicGuard::DeterministicGuard() noexcept : previous_(is_deterministic()) {
  set_deterministic(true);
}

DeterministicGuard::~DeterministicGuard() {
  set_deterministic(previous_);
}

}  // namespace retrograd
