/// @file
/// The caching allocator behind every tensor, node and handle.
///
/// Freed blocks are kept by size class for the next tensor of that size. Fresh memory from the
/// system costs a page fault every 4 KiB, which is slower than most operators. A full cache frees
/// blocks of the least recently used sizes. Blocks are aligned to 64 bytes. All functions may be
/// called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include <retrograd/tensor/api.h>

namespace retrograd::memory {

/// Counters of the allocator, in bytes and blocks.
struct Stats {
  std::size_t in_use;                ///< Bytes in use, with sizes rounded up to their classes.
  std::size_t cached;                ///< Bytes kept for reuse by all threads.
  std::size_t peak;                  ///< Largest `in_use` since the start or `reset_peak()`.
  std::size_t cache_limit;           ///< Bound of `cached`.
  std::uint64_t allocations;         ///< Number of requested blocks.
  std::uint64_t system_allocations;  ///< Number of requested blocks that came from the system.
};

/// Returns the counters. Blocks up to 4 KiB of another thread may be miscounted by up to 64 KiB.
RETROGRAD_API Stats stats() noexcept;

/// Restarts `peak` from the present use.
RETROGRAD_API void reset_peak() noexcept;

/// Frees the cached memory of the shared cache and of the calling thread.
RETROGRAD_API void trim() noexcept;

/// Sets the bound of the memory kept for reuse by all threads, in bytes; the default is 1 GiB.
/// Besides, each thread keeps up to 512 KiB of each size up to 4 KiB. A bound of 0 disables both.
RETROGRAD_API void set_cache_limit(std::size_t bytes) noexcept;

/// Returns at least `bytes` bytes, aligned to 64.
/// @throws OutOfMemory if the system has no memory
RETROGRAD_API void* allocate(std::size_t bytes);
/// Frees a block; `bytes` must be the size passed to `allocate()`.
RETROGRAD_API void deallocate(void* block, std::size_t bytes) noexcept;

}  // namespace retrograd::memory
