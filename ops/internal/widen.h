// bfloat16 in what takes many steps: computed in float32 and rounded once, at the end. Internal.
#pragma once

#include <retrograd/autograd/autocast.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// float32 in place of bfloat16, anything else as it is.
inline Tensor widened(const Tensor& x) {
  return x.defined() && x.dtype() == bfloat16 ? x.to(float32) : x;
}

// The dtype of widened(x).
inline DType widened_dtype(const Tensor& x) {
  return x.dtype() == bfloat16 ? float32 : x.dtype();
}

// Whether Autocast is on and should make float32 of a bfloat16 among these; float64 is kept, and
// what stands beside it. For modules: operators say it by their Cast.
template <class... Inputs>
bool autocast_widens(const Inputs&... inputs) {
  const auto has = [](const Tensor& x, DType dtype) { return x.defined() && x.dtype() == dtype; };
  return autocast_enabled() && !(has(inputs, float64) || ...) && (has(inputs, bfloat16) || ...);
}

}  // namespace retrograd
