#include <retrograd/tensor/memory.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>

#include <retrograd/tensor/error.h>

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
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kSmallest = 64;
// Up to this size a thread keeps freed blocks for itself, without a lock.
constexpr std::size_t kThreadLargest = 4096;
constexpr std::size_t kThreadBytesPerClass = 128 * 1024;
constexpr std::size_t kSteps = 4;  // sizes for each power of two
// Above this size there are more of them: a tensor of 2^n bytes, with its header, would otherwise
// waste a quarter.
constexpr std::size_t kFine = 64 * 1024;
constexpr std::size_t kFineSteps = 16;
constexpr std::size_t kFineClass = std::countr_zero(kFine / kSmallest) * kSteps;

// Class c holds blocks of (4 + c % 4) * 2^(c / 4) * 16 bytes up to 64 KiB, then of
// (16 + f % 16) * 2^(f / 16) * 4096 with f = c - 40.
constexpr std::size_t class_bytes(std::size_t index) noexcept {
  if (index > kFineClass) {
    const std::size_t fine = index - kFineClass;
    return (kFineSteps + fine % kFineSteps) * (kFine / kFineSteps) << fine / kFineSteps;
  }
  return (kSteps + index % kSteps) * (kSmallest / kSteps) << index / kSteps;
}

constexpr std::size_t class_of(std::size_t bytes) noexcept {
  if (bytes <= kSmallest) {
    return 0;
  }
  const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // 2^power < bytes
  const auto class_above = [&](std::size_t least, std::size_t steps) {
    const auto shift = power - static_cast<std::size_t>(std::countr_zero(steps));
    const std::size_t step = (bytes - 1) >> shift;  // from steps on, below twice that
    return (power - static_cast<std::size_t>(std::countr_zero(least))) * steps + step - steps + 1;
  };
  return bytes > kFine ? kFineClass + class_above(kFine, kFineSteps)
                       : class_above(kSmallest, kSteps);
}

constexpr std::size_t kThreadClasses = class_of(kThreadLargest) + 1;
constexpr std::size_t kClasses = class_of(std::size_t{1} << 46) + 1;
static_assert(class_bytes(class_of(65)) == 80 && class_of(64) == 0 && class_of(128) == 4 &&
              class_bytes(4) == 128 && class_bytes(class_of(1000)) == 1024);
static_assert(class_of(kFine) == kFineClass && class_bytes(kFineClass) == kFine &&
              class_bytes(class_of(kFine + 1)) == kFine + kFine / 16 &&
              class_bytes(class_of(std::size_t{1} << 20)) == std::size_t{1} << 20);

// Blocks must stay multiples of the alignment, so the sizes between are rounded up.
constexpr std::size_t block_bytes(std::size_t index) noexcept {
  return (class_bytes(index) + kAlignment - 1) / kAlignment * kAlignment;
}

// A freed block holds the list of its class in its own first bytes.
struct FreeBlock {
  FreeBlock* next;
};

void poison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef RETROGRAD_ASAN
  __asan_poison_memory_region(static_cast<char*>(block) + sizeof(FreeBlock),
                              bytes - sizeof(FreeBlock));
#endif
}

void unpoison([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
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
  std::atomic<std::size_t> in_use{0};
  std::atomic<std::size_t> peak{0};
  std::atomic<std::size_t> cached{0};
  std::atomic<std::size_t> limit{std::size_t{1} << 30};
  std::atomic<std::uint64_t> allocations{0};
  std::atomic<std::uint64_t> system_allocations{0};
};

struct Shared {
  std::mutex mutex;
  std::array<FreeList, kClasses> lists;
  Counters counters;
};

// Never destroyed: static tensors may be freed after any destructor of ours.
Shared& shared() noexcept {
  static Shared& instance = *new Shared;
  return instance;
}

void free_to_system(void* block, std::size_t index) noexcept {
  unpoison(block, block_bytes(index));
  std::free(block);
}

// Keeps the block, or frees it where that would pass the limit. Needs the lock.
void keep_or_free(Shared& pool, void* block, std::size_t index) noexcept {
  const std::size_t bytes = block_bytes(index);
  auto& cached = pool.counters.cached;
  if (cached.load(std::memory_order_relaxed) + bytes > pool.counters.limit.load()) {
    free_to_system(block, index);
    return;
  }
  cached.fetch_add(bytes, std::memory_order_relaxed);
  pool.lists[index].push(block);
}

class ThreadCache {
 public:
  void* pop(std::size_t index) noexcept {
    FreeList& list = lists_[index];
    if (list.head == nullptr) {
      refill(index);
      if (list.head == nullptr) {
        return nullptr;
      }
    }
    return list.pop();
  }
  void push(std::size_t index, void* block) noexcept {
    FreeList& list = lists_[index];
    list.push(block);
    if (list.count > kThreadBytesPerClass / block_bytes(index)) {
      flush(index, list.count / 2);
    }
  }
  void flush_all() noexcept {
    for (std::size_t index = 0; index < kThreadClasses; ++index) {
      flush(index, lists_[index].count);
    }
  }

 private:
  void flush(std::size_t index, std::size_t count) noexcept {
    Shared& pool = shared();
    const std::scoped_lock lock(pool.mutex);
    while (count-- > 0) {
      keep_or_free(pool, lists_[index].pop(), index);
    }
  }
  void refill(std::size_t index) noexcept {
    Shared& pool = shared();
    FreeList& source = pool.lists[index];
    const std::scoped_lock lock(pool.mutex);
    for (std::size_t count = kThreadBytesPerClass / block_bytes(index) / 4 + 1;
         count > 0 && source.head != nullptr; --count) {
      lists_[index].push(source.pop());
      pool.counters.cached.fetch_sub(block_bytes(index), std::memory_order_relaxed);
    }
  }

  std::array<FreeList, kThreadClasses> lists_{};
};

// The pointer has no destructor, so it can still be asked when the thread's other objects are gone.
thread_local ThreadCache* thread_cache = nullptr;
thread_local bool thread_ended = false;

struct ThreadCacheOwner {
  ThreadCache cache;
  ThreadCacheOwner() noexcept { thread_cache = &cache; }
  ~ThreadCacheOwner() {
    cache.flush_all();
    thread_cache = nullptr;
    thread_ended = true;
  }
};

ThreadCache* this_thread() noexcept {
  if (thread_cache == nullptr && !thread_ended) {
    thread_local ThreadCacheOwner owner;
  }
  return thread_cache;
}

void* pop_cached(std::size_t index) noexcept {
  if (index < kThreadClasses) {
    if (ThreadCache* cache = this_thread()) {
      return cache->pop(index);
    }
  }
  Shared& pool = shared();
  const std::scoped_lock lock(pool.mutex);
  FreeList& list = pool.lists[index];
  if (list.head == nullptr) {
    return nullptr;
  }
  pool.counters.cached.fetch_sub(block_bytes(index), std::memory_order_relaxed);
  return list.pop();
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
      pool.counters.cached.fetch_sub(block_bytes(index), std::memory_order_relaxed);
      free_to_system(pool.lists[index].pop(), index);
    }
  }
}

void raise_peak(Counters& counters, std::size_t now) noexcept {
  std::size_t seen = counters.peak.load(std::memory_order_relaxed);
  while (now > seen && !counters.peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
  }
}

}  // namespace

void* allocate(std::size_t bytes) {
  if (bytes > class_bytes(kClasses - 1)) {
    throw OutOfMemory(bytes);
  }
  const std::size_t index = class_of(bytes);
  const std::size_t size = block_bytes(index);
  Counters& counters = shared().counters;
  void* block = pop_cached(index);
  if (block == nullptr) {
    block = std::aligned_alloc(kAlignment, size);
    if (block == nullptr) {
      trim();
      block = std::aligned_alloc(kAlignment, size);
    }
    if (block == nullptr) {
      throw OutOfMemory(bytes);
    }
    counters.system_allocations.fetch_add(1, std::memory_order_relaxed);
  } else {
    unpoison(block, size);
  }
  counters.allocations.fetch_add(1, std::memory_order_relaxed);
  raise_peak(counters, counters.in_use.fetch_add(size, std::memory_order_relaxed) + size);
  return block;
}

void deallocate(void* block, std::size_t bytes) noexcept {
  const std::size_t index = class_of(bytes);
  const std::size_t size = block_bytes(index);
  Shared& pool = shared();
  pool.counters.in_use.fetch_sub(size, std::memory_order_relaxed);
  poison(block, size);
  if (index < kThreadClasses && pool.counters.limit.load(std::memory_order_relaxed) != 0) {
    if (ThreadCache* cache = this_thread()) {
      cache->push(index, block);
      return;
    }
  }
  const std::scoped_lock lock(pool.mutex);
  keep_or_free(pool, block, index);
}

Stats stats() noexcept {
  const Counters& counters = shared().counters;
  return {.in_use = counters.in_use,
          .cached = counters.cached,
          .peak = counters.peak,
          .cache_limit = counters.limit,
          .allocations = counters.allocations,
          .system_allocations = counters.system_allocations};
}

void reset_peak() noexcept {
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
