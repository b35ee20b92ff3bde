// 1x1 convolutions with a ReLU behind them: oneDNN's results would be read again for it, because
// its own makes 0 of NaN.
#pragma once

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::pointwise {

// float32 with AVX-512, one group, no strides, filters in whole vectors.
bool suits(const ConvGeometry& geometry);

// relu() of the sums over all channels of each pixel, for a geometry that suits().
class Mixing {
 public:
  Mixing(const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry);
  // Of pixels one behind another.
  void operator()(const float* pixels, std::int64_t count, float* to) const;

 private:
  std::int64_t channels_;
  Tensor weights_;
  Tensor shift_;
};

// relu() of the convolution, as unfolded::, within rounding.
Tensor conv_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                 const ConvGeometry& geometry);

}  // namespace retrograd::kernels::pointwise
