// Convolutions of few channels by at most 8 filters: a vector of AVX-512 has the results of all
// filters at two pixels.
#pragma once

#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd::kernels::pairs {

// float32, one group, two spatial dimensions, neighbouring windows.
bool suits(const ConvGeometry& geometry);

// As unfolded::, within rounding; relu() of it.
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu);

}  // namespace retrograd::kernels::pairs
