// Interpolation of images of bytes. Internal.
#pragma once

#include <vector>

#include <retrograd/ops/kernels/image/resample.h>

namespace retrograd::kernels {

// resample() of (N, C, H, W) of uint8. The result is interleaved, channels-last, if x is.
Tensor resample_bytes(const Tensor& x, const std::vector<ResampleAxis>& axes);

}  // namespace retrograd::kernels
