// What relu keeps. Internal.
#pragma once

#include <cstdint>
#include <limits>

#include <retrograd/tensor/dtype.h>

namespace retrograd::kernels {

// Positive values and NaN.
template <class T>
bool relu_keeps(T v) {
  return !(v <= T{0});
}
// By the bits, at the pace of memory. As a number, those of -infinity are -128, those of a negative
// NaN are above, and those of other negative values below.
inline bool relu_keeps(BFloat16 v) {
  const auto bits = static_cast<std::int16_t>(v.bits);
  return bits > -128 && bits != 0;
}

inline constexpr auto kRelu = [](auto v) { return relu_keeps(v) ? v : decltype(v){}; };

// Values below the limit become 0: those up to 0 for ReLU, else none.
template <class C>
C lower_limit(bool relu) {
  return relu ? std::numeric_limits<C>::denorm_min() : -std::numeric_limits<C>::infinity();
}

}  // namespace retrograd::kernels
