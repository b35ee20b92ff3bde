/// @file
/// The caching allocator behind every tensor, node and handle.
///
/// Freed blocks are kept, by size class, for the next tensor of that size: fresh memory from the
/// system costs a page fault every 4 KiB, which is slower than most operators. When the cache is
/// full, blocks of the sizes least recently asked for are freed. Blocks are aligned to 64 bytes.
/// All functions may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include <retrograd/tensor/api.h>

namespace retrograd::memory {

/// Counters of the allocator, in bytes and blocks.
struct Stats {
  std::size_t in_use;                ///< Bytes handed out, size classes rounded up.
  std::size_t cached;                ///< Bytes kept for reuse by all threads.
  std::size_t peak;                  ///< Largest in_use since the start or reset_peak().
  std::size_t cache_limit;           ///< Bound of `cached`.
  std::uint64_t allocations;         ///< Blocks asked for.
  std::uint64_t system_allocations;  ///< Of those, how many the cache could not serve.
};

/// What other threads hold in blocks up to 4 KiB is known to 64 KiB for each of them.
RETROGRAD_API Stats stats() noexcept;

/// Makes `peak` count from now.
RETROGRAD_API void reset_peak() noexcept;

/// Gives cached memory back to the system: the shared cache and the calling thread's own.
RETROGRAD_API void trim() noexcept;

/// Bounds the memory kept for reuse by all threads, in bytes; 0 keeps none. The default is 1 GiB.
/// Beside it each thread keeps up to 512 KiB of each size up to 4 KiB for itself, unless it is 0.
RETROGRAD_API void set_cache_limit(std::size_t bytes) noexcept;

/// At least `bytes` bytes, aligned to 64. Throws OutOfMemory.
RETROGRAD_API void* allocate(std::size_t bytes);
/// `bytes` must be what allocate was asked for.
RETROGRAD_API void deallocate(void* block, std::size_t bytes) noexcept;

}  // namespace retrograd::memory
