// float16, which files have and tensors do not.
#pragma once

#include <bit>
#include <cstdint>

namespace retrograd::detail {

inline float from_half(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 31U;
  const std::uint32_t fraction = bits & 0x3ffU;
  if (exponent == 0) {  // a multiple of 2 to the -24th, which is no denormal float32
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  const std::uint32_t shifted = exponent == 31 ? 255U : exponent + 112U;
  return std::bit_cast<float>(sign | (shifted << 23) | (fraction << 13));
}

}  // namespace retrograd::detail
