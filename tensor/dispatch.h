/// @file
/// Dispatch from a dtype at run time to a C++ type.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>

#include <retrograd/tensor/dtype.h>

namespace retrograd {

/// Calls `f.template operator()<T>()` with the C++ type T of `dtype`.
/// @code
/// for_dtype(x.dtype(), [&]<class T>() { std::fill_n(x.raw<T>(), x.numel(), T{}); });
/// @endcode
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

/// Calls `f.template operator()<T>()` with the C++ type T of a floating dtype.
/// The caller has refused other dtypes.
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

/// Calls `f.template operator()<T>()` with float or double.
/// The caller has refused other dtypes.
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

/// Type of arithmetic on T.
template <class T>
struct ComputeType {
  /// T.
  using type = T;
};
/// Type of arithmetic on bfloat16.
template <>
struct ComputeType<BFloat16> {
  /// float.
  using type = float;
};
/// Type of arithmetic on T: float for BFloat16, else T.
template <class T>
using compute_t = typename ComputeType<T>::type;

}  // namespace retrograd
