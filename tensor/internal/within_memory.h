// Internal.
#pragma once

#include <new>

#include <retrograd/tensor/error.h>

namespace retrograd::detail {

// Calls f, which uses another library, and throws OutOfMemory where that throws std::bad_alloc.
template <class F>
auto within_memory(const F& f) {
  try {
    return f();
  } catch (const OutOfMemory&) {
    throw;
  } catch (const std::bad_alloc&) {
  }
  throw OutOfMemory(0);
}

}  // namespace retrograd::detail
