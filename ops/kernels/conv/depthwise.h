// Convolutions with one filter for each channel, and their gradients, in loops of our own: oneDNN's
// are far from memory's pace for weights that are not 3x3, and in bfloat16.
#pragma once

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::depthwise {

// float32 and bfloat16, as many groups as channels of input and output, at most two spatial
// dimensions, filters 3, 5 or 7 wide and up to 7 high.
bool computes(const ConvGeometry& geometry);
// Whether that is faster than oneDNN, where it has a kernel.
bool suits(onednn::Pass pass, const ConvGeometry& geometry);

// That of the forward pass, which suits() includes.
bool suits_forward(const ConvGeometry& geometry);

// As unfolded::, within rounding; relu() of it. Only where suits_forward().
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu);
// As kernels::, where pointwise::suits(then), too.
Tensor separable_conv_relu(const Tensor& x, const Filters& depthwise, const ConvGeometry& geometry,
                           const Filters& filters, const ConvGeometry& then);
// As unfolded::; sums are formed in float32 and in another order.
Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry,
                       DType result);
Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry);

}  // namespace retrograd::kernels::depthwise
