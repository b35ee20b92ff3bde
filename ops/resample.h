/// @file
/// Images at other positions: interpolation, sampling at a grid, and moves of channels to
/// positions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Methods to compute values between positions.
enum class InterpolateMode : std::uint8_t {
  nearest,        ///< The element at `floor(position * scale)`, in float32, as OpenCV does.
  nearest_exact,  ///< The element with the nearest centre, as Pillow does.
  linear,         ///< Linear interpolation of (N, C, L).
  bilinear,       ///< Linear interpolation of (N, C, H, W).
  trilinear,      ///< Linear interpolation of (N, C, D, H, W).
  /// Cubic interpolation of (N, C, H, W) by Keys' kernel with a = -0.75, which may overshoot.
  bicubic,
  area  ///< The mean of the covered positions.
};

/// One factor for all spatial dimensions, or one for each: 2 or {2, 1.5}.
class ScaleFactor {
 public:
  /// Makes it without factors.
  ScaleFactor() = default;
  /// Makes it from one factor for all dimensions.
  ScaleFactor(double all) : values_{all} {}  // NOLINT
  /// Makes it from one factor for each dimension.
  ScaleFactor(std::initializer_list<double> each) : values_(each) {}  // NOLINT
  /// Makes it from one factor for each dimension.
  explicit ScaleFactor(std::vector<double> each) : values_(std::move(each)) {}
  /// Returns the factors, or an empty list without them.
  const std::vector<double>& values() const noexcept { return values_; }

 private:
  std::vector<double> values_;
};

/// Options of interpolate(). Exactly one of `size` and `scale_factor` is given.
struct InterpolateOptions {
  Shape size = {};  ///< Spatial lengths of the result; one number applies to all dimensions.
  ScaleFactor scale_factor = {};  ///< Factor of the spatial lengths, for all or for each.
  InterpolateMode mode = InterpolateMode::nearest;  ///< Method of interpolation.
  /// Whether the centres of the corner positions are kept, instead of the corners.
  bool align_corners = false;
  /// Whether positions are computed from the sizes instead of `scale_factor`; the two differ if a
  /// size was rounded.
  bool recompute_scale_factor = false;
  /// Whether images that shrink are smoothed, by a kernel as wide as the positions are apart, as
  /// Pillow does. It is for `bilinear` and `bicubic`, whose a is then -0.5.
  bool antialias = false;
};

/// Returns `x` (N, C, spatial...) at another spatial size: `size`, or
/// `floor(length * scale_factor)`. Images (N, C, H, W) of uint8 are computed in float32 and rounded
/// once, half to even; values outside of [0, 255] become the nearest bound.
/// @code
/// const rg::Tensor x = rg::rand({1, 3, 8, 8});
/// rg::interpolate(x, {.scale_factor = 2, .mode = rg::InterpolateMode::bilinear}).shape();
/// // [1, 3, 16, 16]
/// @endcode
/// @throws ShapeError if the rank of `x` does not fit the mode.
/// @throws DTypeError if `x` is neither floating nor (N, C, H, W) of uint8.
/// @throws ValueError if both or none of `size` and `scale_factor` are given, or an option does not
/// fit.
RETROGRAD_API Tensor interpolate(const Tensor& x, const InterpolateOptions& options,
                                 Where where = {});

/// Returns interpolate(x, options), under PyTorch's older name.
/// @code const rg::Tensor y = rg::upsample(rg::rand({1, 3, 8, 8}), {.scale_factor = 2}); @endcode
inline Tensor upsample(const Tensor& x, const InterpolateOptions& options, Where where = {}) {
  return interpolate(x, options, where);
}

/// Returns (..., C r^2, H, W) as (..., C, H r, W r) for `r = upscale_factor`. Channel
/// `c r^2 + i r + j` becomes position (i, j) of each block. See Shi et al., "Real-time single image
/// and video super-resolution", 2016.
/// @code rg::pixel_shuffle(rg::rand({1, 8, 5, 5}), 2).shape();  // [1, 2, 10, 10] @endcode
/// @throws ShapeError if the number of channels is not a multiple of `r^2`.
/// @throws ValueError if the factor is below 1.
RETROGRAD_API Tensor pixel_shuffle(const Tensor& x, std::int64_t upscale_factor, Where where = {});

/// Returns (..., C, H r, W r) as (..., C r^2, H, W) for `r = downscale_factor`: the reverse of
/// pixel_shuffle().
/// @code rg::pixel_unshuffle(rg::rand({1, 2, 10, 10}), 2).shape();  // [1, 8, 5, 5] @endcode
/// @throws ShapeError if a spatial length is not a multiple of the factor.
/// @throws ValueError if the factor is below 1.
RETROGRAD_API Tensor pixel_unshuffle(const Tensor& x, std::int64_t downscale_factor,
                                     Where where = {});

/// Values outside the image.
enum class GridPadding : std::uint8_t {
  zeros,      ///< Zeros.
  border,     ///< The nearest element of the border.
  reflection  ///< The image mirrored at its border.
};

/// Options of grid_sample().
struct GridSampleOptions {
  /// Method of interpolation: `bilinear`, or `nearest` with ties to even.
  InterpolateMode mode = InterpolateMode::bilinear;
  GridPadding padding_mode = GridPadding::zeros;  ///< Values outside the image.
  /// Whether -1 and 1 are the centres of the corner positions, instead of the corners.
  bool align_corners = false;
};

/// Returns the image at the points of a grid: `out[n, :, i, j] = x[n, :, v, u]` for
/// `(u, v) = grid[n, i, j]` in [-1, 1].
///
/// - `x`: (N, C, H, W)
/// - `grid`: (N, Ho, Wo, 2)
/// - result: (N, C, Ho, Wo)
///
/// @code
/// const rg::Tensor theta = rg::tensor({{{1.0, 0.0, 0.5}, {0.0, 1.0, 0.0}}});
/// const rg::Tensor grid = rg::affine_grid(theta, {1, 3, 8, 8});
/// rg::grid_sample(rg::rand({1, 3, 8, 8}), grid).shape();  // [1, 3, 8, 8]
/// @endcode
/// @throws ShapeError if a shape does not fit, or the image has no positions.
/// @throws DTypeError if `x` is not floating, or the dtypes differ.
/// @throws ValueError if the mode is neither bilinear nor nearest.
RETROGRAD_API Tensor grid_sample(const Tensor& x, const Tensor& grid,
                                 const GridSampleOptions& options = {}, Where where = {});

/// Returns the grid (N, H, W, 2) of the affine maps `theta` (N, 2, 3), applied to the positions of
/// an image of `size` (N, C, H, W).
/// @code
/// const rg::Tensor theta = rg::tensor({{{1.0, 0.0, 0.5}, {0.0, 1.0, 0.0}}});
/// rg::affine_grid(theta, {1, 3, 8, 8}).shape();  // [1, 8, 8, 2]
/// @endcode
/// @throws ShapeError if `theta` or `size` does not fit.
/// @throws DTypeError if `theta` is not floating.
RETROGRAD_API Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners = false,
                                 Where where = {});

}  // namespace retrograd
