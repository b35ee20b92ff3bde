/// @file
/// Number of threads of large operators.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

/// Largest number of threads.
inline constexpr int kMostThreads = 1024;

/// Sets the number of threads for the whole program; 1 turns parallel loops off.
///
/// A child made by `fork()` starts with 1, because OpenMP's threads do not exist in it. In the
/// child of a parent that had used several threads, more than 1 is refused.
/// @throws ValueError if `count` is below 1 or above `kMostThreads`
/// @throws GraphError if `count` is above 1 in such a child
RETROGRAD_API void set_num_threads(int count, Where where = {});
/// Returns the number of threads.
RETROGRAD_API int get_num_threads() noexcept;

namespace detail {
// Makes libraries that ask OpenMP (oneDNN, OpenBLAS) see get_num_threads() in this thread.
RETROGRAD_API void apply_num_threads() noexcept;
// To be called before a parallel region: OpenMP keeps its threads, which a fork does not copy.
RETROGRAD_API void note_threads_started() noexcept;
}  // namespace detail

}  // namespace retrograd
