// Products of bfloat16 matrices by oneDNN.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels::onednn {

// a (batch, n, k) . b (batch, k, m), where a batch of 1 repeats: bfloat16, added in float32 and
// given as `result`, bfloat16 or float32. Undefined for small and empty products, and where oneDNN
// has no implementation for this CPU that would be worth it.
Tensor matmul(const Tensor& a, const Tensor& b, DType result);

}  // namespace retrograd::kernels::onednn
