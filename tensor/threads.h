// How many threads large operators use.
#pragma once

#include <retrograd/tensor/api.h>

namespace retrograd {

// For every thread of the program; 1 turns parallel loops off. Throws ValueError below 1.
RETROGRAD_API void set_num_threads(int count);
RETROGRAD_API int get_num_threads() noexcept;

namespace detail {
// Makes libraries that ask OpenMP (oneDNN, OpenBLAS) see get_num_threads() in this thread.
RETROGRAD_API void apply_num_threads() noexcept;
}  // namespace detail

}  // namespace retrograd
