// Results of kernels that write all channels of a place together. Internal.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// Uninitialised, channels-last.
inline Tensor empty_channels_last(const Shape& shape, DType dtype) {
  return empty_strided(shape, channels_last_strides(shape), dtype);
}

}  // namespace retrograd::kernels
