// Windows of convolutions and pools. Internal.
#pragma once

#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

// Attributes of a window, one number for each spatial dimension.
struct Windows {
  Ints kernel;
  Ints stride;
  Ints dilation;
  Ints before;  // padding, which may be negative
  Ints after;

  std::size_t rank() const { return kernel.size(); }
  std::int64_t reach(std::size_t i) const { return (kernel[i] - 1) * dilation[i] + 1; }
  bool is_symmetric() const { return before == after; }
  bool has_padding() const;
};

// Reads strides, dilations, pads and auto_pad; `x` has the spatial lengths.
Windows windows_of(const NodeCall& call, const Shape& x, Ints kernel);

// Pads the spatial dimensions.
Tensor pad_spatial(const Tensor& x, const Ints& before, const Ints& after, Scalar value = 0);

template <std::size_t N>
Size<N> to_size(const Ints& values) {
  if constexpr (N == 1) {
    return {values[0]};
  } else if constexpr (N == 2) {
    return {values[0], values[1]};
  } else {
    return {values[0], values[1], values[2]};
  }
}

}  // namespace retrograd::onnx::detail
