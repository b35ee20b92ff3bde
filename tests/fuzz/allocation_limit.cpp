// Sees every allocation of the process: by the sanitizers' hook where there is one, otherwise by
// standing before the C library's functions. <cstdlib> would declare those with attributes.
#include <atomic>
#include <cstddef>
#include <limits>

#include <unistd.h>

#include <retrograd/tensor/detail/sanitizers.h>

#include "fuzz.h"

namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
std::atomic<std::size_t> limit{kNone};

// Allocates nothing itself.
void check(std::size_t bytes) {
  if (bytes > limit.load(std::memory_order_relaxed)) {
    limit = kNone;
    constexpr std::string_view text = "fuzz: a larger allocation than the file accounts for\n";
    static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
    __builtin_trap();
  }
}

}  // namespace

#if RETROGRAD_ASAN || RETROGRAD_TSAN
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void* block, std::size_t bytes),
    void (*on_free)(const volatile void* block));

namespace {

const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void* /*block*/, std::size_t bytes) { check(bytes); },
    [](const volatile void* /*block*/) {});

}  // namespace
#elif defined(__GLIBC__)
#include "glibc_malloc.h"

static bool may_allocate(std::size_t bytes) noexcept {
  check(bytes);
  return true;
}
#endif

namespace fuzz {

AllocationLimit::AllocationLimit(std::size_t bytes) {
  limit = bytes;
}

AllocationLimit::~AllocationLimit() {
  limit = kNone;
}

}  // namespace fuzz
