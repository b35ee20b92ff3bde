#include <retrograd/ops/internal/fold_norm.h>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>

namespace retrograd::detail {

ScaleAndShift scale_and_shift(const Tensor& running_mean, const Tensor& running_var,
                              const Tensor& weight, const Tensor& bias, double eps) {
  const Tensor inverse = 1.0 / sqrt(running_var.to(float64) + eps);
  const Tensor scale = weight.defined() ? inverse * weight : inverse;
  const Tensor moved = running_mean * scale;
  return {scale, bias.defined() ? bias - moved : -moved};
}

}  // namespace retrograd::detail
