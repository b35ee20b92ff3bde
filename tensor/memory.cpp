#include <retrograd/tensor/memory.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

#include <pthread.h>
#include <sys/mman.h>

#include <retrograd/tensor/detail/block_pool.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/internal/hot_tls.h>

namespace retrograd::memory {
namespace {

// Up to this size a thread keeps freed blocks for itself, without a lock.
constexpr std::size_t kThreadLargest = 4096;
constexpr std::size_t kThreadBytesPerClass = 512 * 1024;
// A thread tells the others what it holds in small blocks when that changed by this much.
constexpr std::int64_t kUntold = 64 * 1024;
constexpr std::size_t kThreadClasses = class_of(kThreadLargest) + 1;

// How many blocks of each class a thread keeps.
constexpr auto kThreadBlocks = [] {
  std::array<std::size_t, kThreadClasses> counts{};
  for (std::size_t index = 0; index < kThreadClasses; ++index) {
    counts[index] = kThreadBytesPerClass / block_bytes(index);
  }
  return counts;
}();

class ThreadCache {
 public:
  // A block that the thread holds, or null.
  void* pop_held(std::size_t index) noexcept {
    return lists_[index].head != nullptr ? lists_[index].pop() : nullptr;
  }
  // The same after a look into the shared cache.
  void* pop(std::size_t index) noexcept {
    refill(index);
    return pop_held(index);
  }
  void push(std::size_t index, void* block) noexcept {
    FreeList& list = lists_[index];
    list.push(block);
    if (list.count > kThreadBlocks[index]) {
      flush(index, list.count / 2);
    }
  }
  void flush_all() noexcept {
    for (std::size_t index = 0; index < kThreadClasses; ++index) {
      flush(index, lists_[index].count);
    }
    tell();
  }

  void allocated(std::size_t bytes) noexcept {
    ++allocations_;
    held_ += static_cast<std::int64_t>(bytes);
    if (held_ > most_) {
      most_ = held_;
      if (held_ > kUntold) {
        tell();
      }
    }
  }
  void deallocated(std::size_t bytes) noexcept {
    held_ -= static_cast<std::int64_t>(bytes);
    if (held_ < -kUntold) {
      tell();
    }
  }
  // Adds this thread's counts to those of all.
  [[gnu::noinline]] void tell() noexcept {
    count(shared().counters, held_, most_, allocations_);
    held_ = 0;
    most_ = 0;
    allocations_ = 0;
  }

 private:
  [[gnu::noinline]] void flush(std::size_t index, std::size_t count) noexcept {
    Shared& pool = shared();
    const std::scoped_lock lock(pool.mutex);
    while (count-- > 0) {
      keep_or_free(pool, lists_[index].pop(), index);
    }
  }
  void refill(std::size_t index) noexcept {
    Shared& pool = shared();
    const std::scoped_lock lock(pool.mutex);
    pool.lists[index].asked = ++pool.clock;
    for (std::size_t count = kThreadBlocks[index] / 4 + 1; count > 0; --count) {
      void* block = take(pool, index);
      if (block == nullptr) {
        return;
      }
      lists_[index].push(block);
    }
  }

  std::array<FreeList, kThreadClasses> lists_{};
  // Since the last tell(): atomic counters in each call would cost more than the rest of it.
  std::int64_t held_ = 0;
  std::int64_t most_ = 0;
  std::uint64_t allocations_ = 0;
};

// The pointer has no destructor, so it can still be asked when the thread's other objects are gone.
RETROGRAD_HOT_TLS thread_local ThreadCache* thread_cache = nullptr;
RETROGRAD_HOT_TLS thread_local bool thread_ended = false;

// The end of a thread is learnt from a key: registering the destructor of a thread_local variable
// ends the process where memory has run out.
void end_thread(void* cache) noexcept {
  static_cast<ThreadCache*>(cache)->flush_all();
  thread_cache = nullptr;
  thread_ended = true;
  std::free(cache);
}

[[gnu::noinline]] void make_thread_cache() noexcept {
  static pthread_key_t key;
  static const bool has_key = pthread_key_create(&key, end_thread) == 0;
  void* memory = has_key ? std::malloc(sizeof(ThreadCache)) : nullptr;
  if (memory == nullptr) {
    return;
  }
  if (pthread_setspecific(key, memory) != 0) {
    std::free(memory);
    return;
  }
  thread_cache = new (memory) ThreadCache;
}

// Null where there is no memory for it, and when the thread is ending.
ThreadCache* this_thread() noexcept {
  if (thread_cache == nullptr && !thread_ended) [[unlikely]] {
    make_thread_cache();
  }
  return thread_cache;
}

// Leaves at most `keep` bytes in the shared cache and none in this thread's.
void free_cached(std::size_t keep) noexcept {
  if (ThreadCache* cache = this_thread()) {
    cache->flush_all();
  }
  Shared& pool = shared();
  const std::scoped_lock lock(pool.mutex);
  for (std::size_t index = kClasses; index-- > 0;) {
    while (pool.lists[index].head != nullptr && pool.counters.cached.load() > keep) {
      free_to_system(take(pool, index), index);
    }
  }
}

// A new block, or null. Large ones ask for huge pages, and begin where one can: with pages of 4
// KiB, the processor looks up addresses more slowly than it streams.
void* from_system(std::size_t size) noexcept {
#if defined(MADV_HUGEPAGE) && !defined(__EMSCRIPTEN__)
  constexpr std::size_t kHuge = std::size_t{1} << 21;
  if (size >= kHuge) {
    void* block = nullptr;
    if (posix_memalign(&block, kHuge, size) != 0) {
      return nullptr;
    }
    madvise(block, size, MADV_HUGEPAGE);  // NOLINT
    return block;
  }
#endif
  return std::aligned_alloc(kAlignment, size);
}

// Where the thread holds no block of that size.
[[gnu::noinline]] void* find_block(std::size_t bytes) {
  if (bytes > kLargest) {
    throw OutOfMemory(bytes);
  }
  const std::size_t index = class_of(bytes);
  const std::size_t size = block_bytes(index);
  ThreadCache* cache = this_thread();
  const bool small = index < kThreadClasses && cache != nullptr;
  void* block = small ? cache->pop(index) : pop_shared(index);
  if (block == nullptr) {
    block = from_system(size);
    if (block == nullptr) {
      trim();
      block = from_system(size);
    }
    if (block == nullptr) {
      throw OutOfMemory(bytes);
    }
    shared().counters.system_allocations.fetch_add(1, std::memory_order_relaxed);
  } else {
    unpoison(block, size);
  }
  poison_rest(block, bytes, size);
  if (small) {
    cache->allocated(size);
    return block;
  }
  if (cache != nullptr) {
    cache->tell();  // so that the peak is right
  }
  const auto added = static_cast<std::int64_t>(size);
  count(shared().counters, added, added, 1);
  return block;
}

void* take_block(std::size_t bytes) {
  if (ThreadCache* cache = thread_cache; bytes <= kThreadLargest && cache != nullptr) [[likely]] {
    const std::size_t index = class_of(bytes);
    if (void* block = cache->pop_held(index)) [[likely]] {
      const std::size_t size = block_bytes(index);
      unpoison(block, size);
      poison_rest(block, bytes, size);
      cache->allocated(size);
      return block;
    }
  }
  return find_block(bytes);
}

// For a block that the thread does not keep.
[[gnu::noinline]] void give_back(void* block, std::size_t index, bool counted) noexcept {
  Shared& pool = shared();
  if (!counted) {
    pool.counters.in_use.fetch_sub(static_cast<std::int64_t>(block_bytes(index)),
                                   std::memory_order_relaxed);
  }
  const std::scoped_lock lock(pool.mutex);
  keep_or_free(pool, block, index);
}

}  // namespace

void* allocate(std::size_t bytes) {
  return take_block(bytes);
}

void deallocate(void* block, std::size_t bytes) noexcept {
  const std::size_t index = class_of(bytes);
  const std::size_t size = block_bytes(index);
  unpoison(block, size);
  poison(block, size);
  ThreadCache* cache = this_thread();
  const bool counted = index < kThreadClasses && cache != nullptr;
  if (counted) {
    cache->deallocated(size);
    if (shared().counters.limit.load(std::memory_order_relaxed) != 0) {
      cache->push(index, block);
      return;
    }
  }
  give_back(block, index, counted);
}

Stats stats() noexcept {
  if (ThreadCache* cache = this_thread()) {
    cache->tell();
  }
  const Counters& counters = shared().counters;
  const auto bytes = [](std::int64_t n) { return static_cast<std::size_t>(n < 0 ? 0 : n); };
  return {.in_use = bytes(counters.in_use),
          .cached = counters.cached,
          .peak = bytes(counters.peak),
          .cache_limit = counters.limit,
          .allocations = counters.allocations,
          .system_allocations = counters.system_allocations};
}

void reset_peak() noexcept {
  if (ThreadCache* cache = this_thread()) {
    cache->tell();
  }
  Counters& counters = shared().counters;
  counters.peak = counters.in_use.load();
}

void trim() noexcept {
  free_cached(0);
}

void set_cache_limit(std::size_t bytes) noexcept {
  shared().counters.limit = bytes;
  free_cached(bytes);
}

}  // namespace retrograd::memory
