// Small convolutions whose filters fill whole vectors of AVX-512: calling oneDNN takes longer.
#pragma once

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::in_vectors {

// float32, one group, two spatial dimensions without padding.
bool suits(const ConvGeometry& geometry);

// As unfolded::, within rounding; relu() of it.
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu);

}  // namespace retrograd::kernels::in_vectors
