// Reduced precision through float32: the kernels widen their inputs and round their results once.
#pragma once

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>

namespace retrograd::kernels {

// x in another dtype, with its layout; undefined stays undefined.
inline Tensor converted(const Tensor& x, DType dtype) {
  if (!x.defined()) {
    return x;
  }
  Tensor result = empty_as(x, dtype);
  copy(result, x);
  return result;
}

}  // namespace retrograd::kernels
