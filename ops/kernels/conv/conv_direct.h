// Convolutions with few channels, in loops of our own. oneDNN works in blocks of 16 channels, which
// would be mostly empty, and takes longer to call than a small convolution takes to compute.
#pragma once

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::direct {

// float32, one group, at most two spatial dimensions, and sizes at which this is the fastest way.
bool suits(onednn::Pass pass, const ConvGeometry& geometry);

// As unfolded::; sums are formed in another order. relu() of it.
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu);
Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry);
Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry);

}  // namespace retrograd::kernels::direct
