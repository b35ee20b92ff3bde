// bfloat16 in what takes many steps: computed in float32 and rounded once, at the end. Internal.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd {

// float32 in place of bfloat16, anything else as it is.
inline Tensor widened(const Tensor& x, Where where) {
  return x.defined() && x.dtype() == bfloat16 ? x.to(float32, where) : x;
}

// The dtype of widened(x).
inline DType widened_dtype(const Tensor& x) {
  return x.dtype() == bfloat16 ? float32 : x.dtype();
}

}  // namespace retrograd
