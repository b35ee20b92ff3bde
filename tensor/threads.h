/// @file
/// How many threads large operators use.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

/// The most threads that set_num_threads() takes.
inline constexpr int kMostThreads = 1024;

/// For every thread of the program; 1 turns parallel loops off. Throws ValueError below 1 and above
/// kMostThreads.
///
/// A child made by fork() starts with 1. OpenMP's threads do not exist in it, so it throws
/// GraphError for more than 1 where the parent had used several before.
RETROGRAD_API void set_num_threads(int count, Where where = {});
/// What set_num_threads() set.
RETROGRAD_API int get_num_threads() noexcept;

namespace detail {
// Makes libraries that ask OpenMP (oneDNN, OpenBLAS) see get_num_threads() in this thread.
RETROGRAD_API void apply_num_threads() noexcept;
// To be called before a parallel region: OpenMP keeps its threads, which a fork does not copy.
RETROGRAD_API void note_threads_started() noexcept;
}  // namespace detail

}  // namespace retrograd
