// Products of bfloat16 matrices in tiles.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// a (batch, n, k) . b (batch, k, m), where a batch of 1 repeats: bfloat16, added in float32 and
// given as `result`, bfloat16 or float32. Undefined without tiles, and where they gain little. An
// element adds its terms in order, whatever the number of threads.
RETROGRAD_API Tensor matmul_tiles(const Tensor& a, const Tensor& b, DType result);

}  // namespace retrograd::kernels
