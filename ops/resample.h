/// @file
/// Images at other positions: interpolation, sampling along a grid, channels to positions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// How values between places are found.
enum class InterpolateMode : std::uint8_t {
  nearest,        ///< By floor(position * scale) in float32, as OpenCV does.
  nearest_exact,  ///< By the nearest centre, as Pillow does.
  linear,         ///< (N, C, L).
  bilinear,       ///< (N, C, H, W).
  trilinear,      ///< (N, C, D, H, W).
  bicubic,        ///< (N, C, H, W); Keys' kernel with a = -0.75, which may overshoot.
  area            // the mean of the positions covered
};

/// One factor for all spatial dimensions or one for each: 2 or {2, 1.5}.
class ScaleFactor {
 public:
  /// Constructs it from what the class and its options describe.
  ScaleFactor() = default;
  /// Constructs it from what the class and its options describe.
  ScaleFactor(double all) : values_{all} {}  // NOLINT
  /// Constructs it from what the class and its options describe.
  ScaleFactor(std::initializer_list<double> each) : values_(each) {}  // NOLINT
  /// Constructs it from what the class and its options describe.
  explicit ScaleFactor(std::vector<double> each) : values_(std::move(each)) {}
  /// The factors; empty when left out.
  const std::vector<double>& values() const noexcept { return values_; }

 private:
  std::vector<double> values_;
};

/// Exactly one of size and scale_factor is given.
struct InterpolateOptions {
  /// How many there are; of a tensor, the length of one dimension. Spatial; one number stands for
  /// all.
  Shape size = {};
  /// Factor of the spatial lengths, for all or each; used when size is left out.
  ScaleFactor scale_factor = {};
  InterpolateMode mode = InterpolateMode::nearest;  ///< Which of the ways to do it.
  /// Whether the centres of the corner positions stay where they are, instead of the corners.
  bool align_corners = false;
  /// Whether positions are computed from the sizes and not from scale_factor; they differ when a
  /// size was rounded.
  bool recompute_scale_factor = false;
};

/// x (N, C, spatial...) at another size: floor(size * scale_factor). Throws ShapeError, DTypeError
/// or ValueError.
RETROGRAD_API Tensor interpolate(const Tensor& x, const InterpolateOptions& options,
                                 Where where = {});

/// PyTorch's older name of interpolate.
inline Tensor upsample(const Tensor& x, const InterpolateOptions& options, Where where = {}) {
  return interpolate(x, options, where);
}

/// (..., C r^2, H, W) to (..., C, H r, W r): channel c r^2 + i r + j becomes position (i, j) of
/// each block. Shi et al., "Real-time single image and video super-resolution", 2016.
RETROGRAD_API Tensor pixel_shuffle(const Tensor& x, std::int64_t upscale_factor, Where where = {});
/// The reverse.
RETROGRAD_API Tensor pixel_unshuffle(const Tensor& x, std::int64_t downscale_factor,
                                     Where where = {});

/// What lies outside the image.
enum class GridPadding : std::uint8_t {
  /// A tensor of zeros; float32 without a dtype.
  zeros,
  border,
  reflection
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct GridSampleOptions {
  /// Which of the ways to do it. Or nearest, ties to even.
  InterpolateMode mode = InterpolateMode::bilinear;
  GridPadding padding_mode = GridPadding::zeros;  ///< What lies outside.
  bool align_corners = false;  ///< Whether -1 and 1 are the centres of the corner positions.
};

/// out[n, :, i, j] = x[n, :, y, x] for grid[n, i, j] = (x, y) in [-1, 1]; x (N, C, H, W), grid
/// (N, Ho, Wo, 2). Throws ShapeError, DTypeError or ValueError.
RETROGRAD_API Tensor grid_sample(const Tensor& x, const Tensor& grid,
                                 const GridSampleOptions& options = {}, Where where = {});
/// The grid (N, H, W, 2) of theta (N, 2, 3) applied to the positions of an image of `size` (N, C,
/// H, W).
RETROGRAD_API Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners = false,
                                 Where where = {});

}  // namespace retrograd
