/// @file
/// From a dtype at run time to a C++ type.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>

#include <retrograd/tensor/dtype.h>

namespace retrograd {

/// Calls f.template `operator()<T>()` with the C++ type of `dtype`.
template <class F>
decltype(auto) for_dtype(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32: return f.template operator()<float>();
    case DType::float64: return f.template operator()<double>();
    case DType::bfloat16: return f.template operator()<BFloat16>();
    case DType::int64: return f.template operator()<std::int64_t>();
    case DType::uint8: return f.template operator()<std::uint8_t>();
    case DType::boolean: return f.template operator()<bool>();
  }
  throw std::logic_error("dtype out of range");
}

/// The same for float32, float64 and bfloat16; the caller has refused the others.
template <class F>
decltype(auto) for_floating(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32: return f.template operator()<float>();
    case DType::float64: return f.template operator()<double>();
    case DType::bfloat16: return f.template operator()<BFloat16>();
    default: break;
  }
  throw std::logic_error("a floating dtype was expected");
}

/// The same for float32 and float64.
template <class F>
decltype(auto) for_float_or_double(DType dtype, F&& f) {
  if (dtype == DType::float64) {
    return f.template operator()<double>();
  }
  if (dtype == DType::float32) {
    return f.template operator()<float>();
  }
  throw std::logic_error("float32 or float64 was expected");
}

/// The type that arithmetic on T happens in.
template <class T>
struct ComputeType {
  /// The type.
  using type = T;
};
/// The type that arithmetic on T happens in.
template <>
struct ComputeType<BFloat16> {
  /// The type.
  using type = float;
};
/// The type that arithmetic on T happens in: float for BFloat16, else T.
template <class T>
using compute_t = typename ComputeType<T>::type;

}  // namespace retrograd
