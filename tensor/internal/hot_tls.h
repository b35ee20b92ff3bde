// Internal.
#pragma once

// For small thread_local variables that every operator reads: found at a fixed distance from the
// thread's own pointer, where a shared library would call a function.
#if defined(__GNUC__) && defined(__ELF__)
#define RETROGRAD_HOT_TLS [[gnu::tls_model("initial-exec")]]
#else
#define RETROGRAD_HOT_TLS
#endif
