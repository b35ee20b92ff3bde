#include <retrograd/tensor/denormal.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace retrograd {

#if defined(__SSE2__)
bool set_flush_denormal(bool flush) noexcept {
  constexpr unsigned kFlags = 0x8040;  // FTZ for results, DAZ for operands
  const unsigned others = _mm_getcsr() & ~kFlags;
  _mm_setcsr(flush ? others | kFlags : others);
  return true;
}
#else
bool set_flush_denormal(bool /*flush*/) noexcept {
  return false;
}
#endif

}  // namespace retrograd
