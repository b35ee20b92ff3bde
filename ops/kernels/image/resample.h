// Separable linear maps along the spatial dimensions of (N, C, spatial...), as interpolation is.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

enum class Resampling : std::uint8_t { nearest, nearest_exact, linear, cubic, area };

// How outputs along one dimension are made of inputs.
struct ResampleAxis {
  Resampling mode;
  std::int64_t input;
  std::int64_t output;
  double scale;  // input positions for each output position
  bool align_corners;
  bool antialias;  // of linear and cubic
};

// One axis for each spatial dimension of x. The result is channels-last; that of bytes (N, C, H, W)
// is so if x is.
Tensor resample(const Tensor& x, const std::vector<ResampleAxis>& axes);
// The adjoint: from the shape of the result to that of x.
Tensor resample_input_grad(const Tensor& grad, const std::vector<ResampleAxis>& axes);

}  // namespace retrograd::kernels
