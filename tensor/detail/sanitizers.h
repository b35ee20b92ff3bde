// Which sanitizers the compiler adds, as GCC and clang say it. Internal.
#pragma once

#ifdef __has_feature
#define RETROGRAD_HAS_FEATURE(name) __has_feature(name)
#else
#define RETROGRAD_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || RETROGRAD_HAS_FEATURE(address_sanitizer)
#define RETROGRAD_ASAN 1
#else
#define RETROGRAD_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__) || RETROGRAD_HAS_FEATURE(thread_sanitizer)
#define RETROGRAD_TSAN 1
#else
#define RETROGRAD_TSAN 0
#endif

#undef RETROGRAD_HAS_FEATURE
