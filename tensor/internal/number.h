// Numbers in messages, and the one check of numbers that go into integer tensors. Internal.
#pragma once

#include <initializer_list>
#include <string>

#include <retrograd/tensor/error.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/scalar.h>

namespace retrograd::detail {

// Returns the shortest text that reads back as the number, whatever the locale.
RETROGRAD_API std::string text(Scalar number);

// Throws ValueError "op: 300 does not fit uint8, which holds 0 to 255" unless number.fits(dtype).
void require_fits(const char* op, Scalar number, DType dtype, Where where,
                  std::initializer_list<ErrorArgument> arguments = {});
// The same for a number that is added to, subtracted from or multiplied with tensors of `dtype`,
// whose results wrap around: uint8 takes -255 to 255, as x + -1 is x - 1.
void require_fits_modulo(const char* op, Scalar number, DType dtype, Where where,
                         std::initializer_list<ErrorArgument> arguments = {});

inline void require_fits(const Frame& call, Scalar number, DType dtype,
                         std::initializer_list<ErrorArgument> arguments = {}) {
  require_fits(call.name(), number, dtype, call.where(), arguments);
}
inline void require_fits_modulo(const Frame& call, Scalar number, DType dtype,
                                std::initializer_list<ErrorArgument> arguments = {}) {
  require_fits_modulo(call.name(), number, dtype, call.where(), arguments);
}

// The number as a tensor of `dtype` holds it, where that is rounded.
inline Scalar rounded(Scalar number, DType dtype) noexcept {
  switch (dtype) {
    case DType::float32: return number.to<float>();
    case DType::bfloat16: return static_cast<float>(number.to<BFloat16>());
    default: return number;
  }
}

}  // namespace retrograd::detail
