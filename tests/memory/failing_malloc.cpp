#include "failing_malloc.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

#include "glibc_malloc.h"

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

static bool may_allocate(std::size_t /*bytes*/) noexcept {
  return !failing_malloc::fails();
}
