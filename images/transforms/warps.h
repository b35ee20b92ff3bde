// Images read through a projective map. Internal.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <retrograd/images/warp.h>

namespace retrograd::transforms::detail {

// Maps the point (x, y) of the result to that of the image, ((m0 x + m1 y + m2) / d,
// (m3 x + m4 y + m5) / d), where d = m6 x + m7 y + m8. The centre of the first pixel is
// (0.5, 0.5).
struct Projection {
  std::array<double, 9> m;

  Point operator()(double x, double y) const {
    const double d = m[6] * x + m[7] * y + m[8];
    return {(m[0] * x + m[1] * y + m[2]) / d, (m[3] * x + m[4] * y + m[5]) / d};
  }
};

Projection inverse(const Projection& map);

struct Warp {
  Projection map;
  std::int64_t height;  // of the result
  std::int64_t width;
  InterpolateMode interpolation;
  std::vector<double> fill;
};

// Nearest or bilinear.
void require_mode(const Frame& call, InterpolateMode mode);

// From the middle of the image to that of the result.
Warp affine_warp(const Frame& call, const Tensor& image, const AffineOptions& options);
Warp rotate_warp(const Frame& call, const Tensor& image, double angle,
                 const RotateOptions& options);
Warp perspective_warp(const Frame& call, const Tensor& image, const Corners& startpoints,
                      const Corners& endpoints, const PerspectiveOptions& options);

Tensor warped(const Tensor& image, const Warp& warp);
// (..., H, W) of any dtype, 0 outside.
Tensor nearest_warped(const Tensor& x, const Warp& warp);
AnnotatedImage warped(const AnnotatedImage& input, const Warp& warp);

// (N, C, H, W) of uint8.
Tensor warped_bytes(const Tensor& image, const Warp& warp);

}  // namespace retrograd::transforms::detail
