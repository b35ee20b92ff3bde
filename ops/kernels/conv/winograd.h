// 3x3 convolutions of stride 1 with many channels, with 16 multiplications instead of 36 for each
// four results.
//
// S. Winograd, "Arithmetic complexity of computations", 1980; A. Lavin and S. Gray, "Fast
// algorithms for convolutional neural networks", 2016, F(2x2, 3x3):
//   y = A' [(G g G') * (B' d B)] A, summed over channels between the brackets.
// All factors are 0, 1, -1 and 1/2, so that small integers stay exact, and a result depends only on
// the inputs that its own window reads.
#pragma once

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::winograd {

// float32, one group, two spatial dimensions, and sizes at which this is the fastest way.
bool suits(onednn::Pass pass, const ConvGeometry& geometry);

// As unfolded::, within rounding; relu() of it.
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu);
Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry);
Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry);

}  // namespace retrograd::kernels::winograd
