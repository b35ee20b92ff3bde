// Sees every allocation of the process: by the sanitizers' hook where there is one, otherwise by
// standing before the C library's functions. <cstdlib> would declare those with attributes.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <limits>

#include <unistd.h>

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

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RETROGRAD_SANITIZER_HOOK
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RETROGRAD_SANITIZER_HOOK
#endif

#ifdef RETROGRAD_SANITIZER_HOOK
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void* block, std::size_t bytes),
    void (*on_free)(const volatile void* block));

namespace {

const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void* /*block*/, std::size_t bytes) { check(bytes); },
    [](const volatile void* /*block*/) {});

}  // namespace
#elif defined(__GLIBC__)
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  check(bytes);
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  check(count * bytes);
  return __libc_calloc(count, bytes);
}
void* realloc(void* block, std::size_t bytes) {
  check(bytes);
  return __libc_realloc(block, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  check(bytes);
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return memalign(alignment, bytes);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) {
  void* const found = memalign(alignment, bytes);
  if (found == nullptr) {
    return ENOMEM;
  }
  *block = found;
  return 0;
}
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
