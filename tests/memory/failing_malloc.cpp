#include "failing_malloc.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

namespace failing_malloc {

namespace {

std::atomic<long> first{0};  // 0: none fails
std::atomic<bool> all_after{false};
std::atomic<long> seen{0};
std::atomic<long> failures{0};

bool fails() noexcept {
  const long from = first.load(std::memory_order_relaxed);
  if (from == 0) {
    return false;
  }
  const long number = ++seen;
  if (number != from && !(all_after && number > from)) {
    return false;
  }
  ++failures;
  errno = ENOMEM;
  return true;
}

}  // namespace

Guard::Guard(long number, bool lasting) noexcept {
  seen = 0;
  failures = 0;
  all_after = lasting;
  first = number;
}

Guard::~Guard() {
  first = 0;
}

long Guard::failed() noexcept {
  return failures;
}

}  // namespace failing_malloc

using failing_malloc::fails;

// glibc's own names for what is replaced here.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  return fails() ? nullptr : __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  return fails() ? nullptr : __libc_calloc(count, bytes);
}
void* realloc(void* block, std::size_t bytes) {
  return fails() ? nullptr : __libc_realloc(block, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  return fails() ? nullptr : __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return memalign(alignment, bytes);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) {
  void* found = memalign(alignment, bytes);
  if (found == nullptr) {
    return ENOMEM;
  }
  *block = found;
  return 0;
}
}
