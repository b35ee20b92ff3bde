// Loops compiled for the vector instructions of the processor that runs them. Internal.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/detail/sanitizers.h>

// Sanitizers instrument calls, which `flatten` would copy into every loop.
#if defined(__x86_64__) && !RETROGRAD_ASAN && !RETROGRAD_TSAN
#define RETROGRAD_INSTRUCTIONS 1
#else
#define RETROGRAD_INSTRUCTIONS 0
#endif

namespace retrograd::detail {

enum class Instructions { baseline, avx2, avx512 };

// The widest that processor and operating system have, limited by oneDNN's
// variable ONEDNN_MAX_CPU_ISA or DNNL_MAX_CPU_ISA (SSE41, AVX,
// AVX2 or an AVX512 name): one variable holds all kernels to older instructions.
RETROGRAD_API Instructions best_instructions() noexcept;

// Whether the processor multiplies bfloat16 itself (AVX-512 BF16), limited in the same way.
RETROGRAD_API bool fast_bfloat16() noexcept;

// Whether it multiplies tiles of bfloat16 (AMX), which the system must allow, limited too.
RETROGRAD_API bool fast_tiles() noexcept;

#if RETROGRAD_INSTRUCTIONS

#define RETROGRAD_AVX2 "avx2,fma,bmi,bmi2"  // supported() asks for each of these
#define RETROGRAD_AVX512 RETROGRAD_AVX2 ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl"

// `flatten` inlines the body and what it calls, so that they are compiled for these instructions
// too.
template <class Body>
[[gnu::target(RETROGRAD_AVX2), gnu::flatten, gnu::noinline]] void with_avx2(const Body& body) {
  body();
}
template <class Body>
[[gnu::target(RETROGRAD_AVX512), gnu::flatten, gnu::noinline]] void with_avx512(const Body& body) {
  body();
}

// Calls body(), a short piece of code that ends in a loop; in what it calls nothing may throw. It
// is compiled twice, so do this where a profile asks for it.
template <class Body>
void vectorised(const Body& body) {
  if (best_instructions() >= Instructions::avx2) {
    with_avx2(body);
  } else {
    body();
  }
}

// The same for arithmetic that keeps wide registers busy; compiled three times.
template <class Body>
void vectorised_wide(const Body& body) {
  if (best_instructions() == Instructions::avx512) {
    with_avx512(body);
  } else {
    vectorised(body);
  }
}

#else

template <class Body>
void vectorised(const Body& body) {
  body();
}
template <class Body>
void vectorised_wide(const Body& body) {
  body();
}

#endif

}  // namespace retrograd::detail
