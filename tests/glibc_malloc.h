// Stands before glibc's functions that allocate: each asks may_allocate() first, which the file
// that includes this defines, and fails where that returns false. For one file of a program. Not
// after <cstdlib>, which declares these functions with attributes.
#pragma once

#include <cerrno>
#include <cstddef>

static bool may_allocate(std::size_t bytes) noexcept;  // allocates nothing itself; sets errno

extern "C" {
// glibc's own names for what is replaced here.
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  return may_allocate(bytes) ? __libc_malloc(bytes) : nullptr;
}
void* calloc(std::size_t count, std::size_t bytes) {
  return may_allocate(count * bytes) ? __libc_calloc(count, bytes) : nullptr;
}
void* realloc(void* block, std::size_t bytes) {
  return may_allocate(bytes) ? __libc_realloc(block, bytes) : nullptr;
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  return may_allocate(bytes) ? __libc_memalign(alignment, bytes) : nullptr;
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
