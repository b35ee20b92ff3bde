/// @file
/// Denormal numbers, whose arithmetic is slow on many processors.
#pragma once

#include <retrograd/tensor/api.h>

namespace retrograd {

/// Sets whether denormal numbers count as 0, and returns whether the processor can do that.
///
/// float32 numbers below 1.2e-38 are denormal. Arithmetic on them takes up to a hundred times as
/// long on Intel processors. Gradients of a model that fits its samples exactly become that small.
/// The setting is the calling thread's, and holds in all threads that share the work of its
/// operators. Off is the default. It is supported on x86-64; elsewhere the function returns false
/// and changes no setting.
/// @code
/// rg::set_flush_denormal(true);
/// rg::tensor({1e-39}) * 1.0;  // 0 where it is supported
/// rg::set_flush_denormal(false);
/// @endcode
RETROGRAD_API bool set_flush_denormal(bool flush) noexcept;

}  // namespace retrograd
