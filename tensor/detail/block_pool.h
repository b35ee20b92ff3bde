// The freed blocks that all threads share, by size class. Internal to the allocator.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

#include <retrograd/tensor/detail/never_destroyed.h>
#include <retrograd/tensor/detail/sanitizers.h>
#include <retrograd/tensor/detail/size_classes.h>

#if RETROGRAD_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace retrograd::memory {

// A freed block holds the list of its class in its own first bytes.
struct FreeBlock {
  FreeBlock* next;
};

inline void poison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#if RETROGRAD_ASAN
  __asan_poison_memory_region(static_cast<char*>(block) + sizeof(FreeBlock),
                              bytes - sizeof(FreeBlock));
#endif
}

inline void unpoison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#if RETROGRAD_ASAN
  __asan_unpoison_memory_region(block, bytes);
#endif
}

// What a block has beyond the bytes that were asked for.
inline void poison_rest([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes,
                        [[maybe_unused]] std::size_t size) noexcept {
#if RETROGRAD_ASAN
  __asan_poison_memory_region(static_cast<char*>(block) + bytes, size - bytes);
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

// Blocks of one class, and when one was last asked for.
struct SharedList : FreeList {
  std::uint64_t asked = 0;  // by Shared::clock
};

struct Shared {
  std::mutex mutex;  // of everything but the counters
  std::array<SharedList, kClasses> lists{};
  std::uint64_t clock = 0;
  std::size_t oldest = 0;  // a guess
  Counters counters;
};

inline constinit detail::NeverDestroyed<Shared> shared_pool;
inline Shared& shared() noexcept {
  return shared_pool.value;
}

inline void free_to_system(void* block, std::size_t index) noexcept {
  unpoison(block, block_bytes(index));
  std::free(block);
}

// Takes a block out of the pool; null where there is none. Needs the lock.
inline void* take(Shared& pool, std::size_t index) noexcept {
  FreeList& list = pool.lists[index];
  if (list.head == nullptr) {
    return nullptr;
  }
  pool.counters.cached.fetch_sub(block_bytes(index), std::memory_order_relaxed);
  return list.pop();
}

// The class with blocks that was not asked for for longest, or `index` if that was not for longer.
// Needs the lock.
inline std::size_t oldest_class(Shared& pool, std::size_t index) noexcept {
  const auto older = [&](std::size_t a, std::size_t b) {
    return pool.lists[a].head != nullptr && pool.lists[a].asked < pool.lists[b].asked;
  };
  if (!older(pool.oldest, index)) {
    pool.oldest = index;
    for (std::size_t other = 0; other < kClasses; ++other) {
      if (older(other, pool.oldest)) {
        pool.oldest = other;
      }
    }
  }
  return pool.oldest;
}

// Keeps the block. Where that would pass the limit, blocks of the classes least recently asked for
// go back to the system, or this one. Needs the lock.
inline void keep_or_free(Shared& pool, void* block, std::size_t index) noexcept {
  const std::size_t bytes = block_bytes(index);
  auto& cached = pool.counters.cached;
  const std::size_t limit = pool.counters.limit.load(std::memory_order_relaxed);
  while (cached.load(std::memory_order_relaxed) + bytes > limit) {
    const std::size_t oldest = bytes > limit ? index : oldest_class(pool, index);
    if (oldest == index) {
      free_to_system(block, index);
      return;
    }
    free_to_system(take(pool, oldest), oldest);
  }
  cached.fetch_add(bytes, std::memory_order_relaxed);
  pool.lists[index].push(block);
}

inline void* pop_shared(std::size_t index) noexcept {
  Shared& pool = shared();
  const std::scoped_lock lock(pool.mutex);
  pool.lists[index].asked = ++pool.clock;
  return take(pool, index);
}

}  // namespace retrograd::memory
