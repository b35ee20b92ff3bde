// Code written once for vectors of any width. Internal.
#pragma once

#include <retrograd/tensor/loops/instructions.h>

// Clang's `flatten` reaches the functions that a body calls, and not what those call.
#define RETROGRAD_INLINE __attribute__((always_inline))

namespace retrograd::kernels {

// Calls f<bytes of a vector>() with the widest. f must be RETROGRAD_INLINE.
template <class F>
void with_vectors(const F& f) {
#if RETROGRAD_INSTRUCTIONS
  if (detail::best_instructions() == detail::Instructions::avx512) {
    detail::with_avx512([&] { f.template operator()<64>(); });
  } else if (detail::best_instructions() == detail::Instructions::avx2) {
    detail::with_avx2([&] { f.template operator()<32>(); });
  } else {
    f.template operator()<16>();
  }
#else
  f.template operator()<16>();
#endif
}

}  // namespace retrograd::kernels
