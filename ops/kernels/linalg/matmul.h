// Products of matrices beside those of kernels.h.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// matmul of bfloat16, as the float32 sums before they are rounded.
Tensor matmul_wide(const Tensor& a, const Tensor& b);

}  // namespace retrograd::kernels
