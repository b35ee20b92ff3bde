// The freed blocks that all threads share, by size class. Internal to the allocator.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

#include <retrograd/tensor/detail/size_classes.h>

#if defined(__SANITIZE_ADDRESS__)
#define RETROGRAD_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RETROGRAD_ASAN 1
#endif
#endif
#ifdef RETROGRAD_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace retrograd::memory {

// A freed block holds the list of its class in its own first bytes.
struct FreeBlock {
  FreeBlock* next;
};

inline void poison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef RETROGRAD_ASAN
  __asan_poison_memory_region(static_cast<char*>(block) + sizeof(FreeBlock),
                              bytes - sizeof(FreeBlock));
#endif
}

inline void unpoison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef RETROGRAD_ASAN
  __asan_unpoison_memory_region(block, bytes);
#endif
}

struct FreeList {
  FreeBlock* head = nullptr;
  std::size_t count = 0;

  void push(void* block) noexcept {
    head = new (block) FreeBlock{head};
    ++count;
  }
  void* pop() noexcept {
    FreeBlock* block = head;
    head = block->next;
    --count;
    return block;
  }
};

struct Counters {
  std::atomic<std::int64_t> in_use{0};  // below 0 while a thread has not told what it handed on
  std::atomic<std::int64_t> peak{0};
  std::atomic<std::size_t> cached{0};
  std::atomic<std::size_t> limit{std::size_t{1} << 30};
  std::atomic<std::uint64_t> allocations{0};
  std::atomic<std::uint64_t> system_allocations{0};
};

inline void raise_peak(Counters& counters, std::int64_t now) noexcept {
  std::int64_t seen = counters.peak.load(std::memory_order_relaxed);
  while (now > seen && !counters.peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
  }
}

// `bytes` more in use, `peak` of them at once, after `allocations`.
inline void count(Counters& counters, std::int64_t bytes, std::int64_t peak,
                  std::uint64_t allocations) noexcept {
  const std::int64_t before = counters.in_use.fetch_add(bytes, std::memory_order_relaxed);
  raise_peak(counters, before + peak);
  counters.allocations.fetch_add(allocations, std::memory_order_relaxed);
}

struct Shared {
  std::mutex mutex;
  std::array<FreeList, kClasses> lists;
  Counters counters;
};

// Never destroyed: static tensors may be freed after any destructor of ours.
inline Shared& shared() noexcept {
  static Shared& instance = *new Shared;
  return instance;
}

inline void free_to_system(void* block, std::size_t index) noexcept {
  unpoison(block, block_bytes(index));
  std::free(block);
}

// Keeps the block, or frees it where that would pass the limit. Needs the lock.
inline void keep_or_free(Shared& pool, void* block, std::size_t index) noexcept {
  const std::size_t bytes = block_bytes(index);
  auto& cached = pool.counters.cached;
  if (cached.load(std::memory_order_relaxed) + bytes > pool.counters.limit.load()) {
    free_to_system(block, index);
    return;
  }
  cached.fetch_add(bytes, std::memory_order_relaxed);
  pool.lists[index].push(block);
}

inline void* pop_shared(std::size_t index) noexcept {
  Shared& pool = shared();
  const std::scoped_lock lock(pool.mutex);
  FreeList& list = pool.lists[index];
  if (list.head == nullptr) {
    return nullptr;
  }
  pool.counters.cached.fetch_sub(block_bytes(index), std::memory_order_relaxed);
  return list.pop();
}

}  // namespace retrograd::memory
