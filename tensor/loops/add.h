// Sums of floating tensors, for gradients. Internal.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// a + b, of one shape and dtype, in the layout of the first that is dense.
Tensor added(const Tensor& a, const Tensor& b);
// a = a + b.
void add_in_place(const Tensor& a, const Tensor& b);

}  // namespace retrograd::detail
