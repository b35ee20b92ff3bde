// A batch norm in evaluation mode as one product and one sum for each channel. Internal.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

struct ScaleAndShift {
  Tensor scale;  // both (C), float64
  Tensor shift;
};
// batch_norm(x) is x * scale + shift. `weight` and `bias` may be undefined.
RETROGRAD_API ScaleAndShift scale_and_shift(const Tensor& running_mean, const Tensor& running_var,
                                            const Tensor& weight, const Tensor& bias, double eps);

}  // namespace retrograd::detail
