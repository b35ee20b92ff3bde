// How one axis is resized. Internal.
#pragma once

#include <string>

#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

struct ResizeOptions {
  std::string mode;         // nearest, linear or cubic
  std::string coordinates;  // coordinate_transformation_mode
  std::string nearest;      // nearest_mode
  double cubic_a = -0.75;
  bool excludes_outside = false;
  bool antialias = false;
  double extrapolation = 0;
};

struct ResizedAxis {
  std::int64_t axis = 0;
  std::int64_t in = 0;
  std::int64_t out = 0;
  double scale = 1;
  double start = 0;  // of the region, for tf_crop_and_resize
  double end = 1;

  bool is_same() const { return in == out && scale == 1; }
};

// Resizes one axis: elements by index, or sums by a matrix of weights.
Tensor resize_axis(const Tensor& x, const ResizedAxis& axis, const ResizeOptions& options);
// The result of interpolate() if it has these positions and weights, else an undefined tensor.
Tensor resize_by_library(const Tensor& x, const std::vector<ResizedAxis>& axes,
                         const ResizeOptions& options);

}  // namespace retrograd::onnx::detail
