// Convolutions of images of few channels, each of which is a plane in memory: they are read without
// a channels-last copy. The results are channels-last.
#pragma once

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::planes {

// float32 with AVX-512, one group, rows of pixels of up to four channels, filters in whole vectors.
bool suits(const Tensor& x, const ConvGeometry& geometry);

// As unfolded::, within rounding; relu() of it.
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu);

}  // namespace retrograd::kernels::planes
