// Places that many values are added into one by one. Internal.
#pragma once

#include <cstdint>

#include <retrograd/ops/kernels/converted.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::kernels {

// x itself, or a copy in float64 where `terms` float32 values meet in few places of x: there they
// would lose digits, and x is small beside them. Where x is as large as they are, a place that most
// of them meet in is added up in float32.
inline Tensor sums_of(const Tensor& x, std::int64_t terms) {
  constexpr std::int64_t kMany = 2;
  return x.dtype() == float32 && terms >= kMany * x.numel() ? converted(x, float64) : x;
}

// Calls f.template operator()<Sum, T>() with the types of sums_of and of the values.
template <class F>
void for_sums(const Tensor& sums, const Tensor& terms, F&& f) {
  if (sums.dtype() != terms.dtype()) {
    f.template operator()<double, float>();
    return;
  }
  for_dtype(sums.dtype(), [&]<class T>() { f.template operator()<T, T>(); });
}

// The sums in the dtype that x had.
inline Tensor as_summed(const Tensor& sums, DType dtype) {
  return sums.dtype() == dtype ? sums : converted(sums, dtype);
}

}  // namespace retrograd::kernels
