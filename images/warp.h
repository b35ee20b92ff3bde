/// @file
/// Rotated, sheared and tilted images, with torchvision's names and meaning.
///
/// Functions take images (C, H, W) or (N, C, H, W) of uint8 or a floating dtype, in the modes
/// `nearest` and `bilinear`, and have gradients for floating ones. A `fill` is one number, or one
/// for each channel, and positions outside of the image are 0 without one. With a fill, bilinear
/// values at the border are `c v + (1 - c) fill`: c is the share of positions inside, and v the
/// value without a fill.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/images/geometry.h>
#include <retrograd/images/transform.h>
#include <retrograd/ops/resample.h>

namespace retrograd::transforms {

/// Point of an image, in pixels from the upper left corner, or a distance.
struct Point {
  double x = 0;  ///< Column, or distance to the right.
  double y = 0;  ///< Row, or distance downwards.
};

/// Options of affine().
struct AffineOptions {
  double angle = 0;                  ///< Clockwise rotation, in degrees.
  Point translate = {};              ///< Distance, after the rotation.
  double scale = 1;                  ///< Factor of all lengths, above 0.
  Point shear = {};                  ///< Angles of the shear along x and y, in degrees.
  std::optional<Point> center = {};  ///< Fixed point; the middle of the image without one.
  /// Method of interpolation: `nearest` or `bilinear`.
  InterpolateMode interpolation = InterpolateMode::nearest;
  std::vector<double> fill = {};  ///< Values outside.
};

/// Returns the image scaled, sheared, rotated and moved, at the same size.
/// @code rg::transforms::affine(image, {.angle = 30, .translate = {4, 0}}); @endcode
/// @throws ValueError if the scale is not positive, or the mode is another one
/// @throws ShapeError if the image has another rank, or `fill` does not fit
RETROGRAD_API Tensor affine(const Tensor& image, const AffineOptions& options, Where where = {});

/// Options of rotate().
struct RotateOptions {
  /// Method of interpolation: `nearest` or `bilinear`.
  InterpolateMode interpolation = InterpolateMode::nearest;
  bool expand = false;               ///< Makes the result as large as the rotated image when true.
  std::optional<Point> center = {};  ///< Fixed point; the middle of the image without one.
  std::vector<double> fill = {};     ///< Values outside.
};

/// Returns the image rotated counter-clockwise by an angle in degrees.
/// @throws ValueError if the mode is another one
/// @throws ShapeError if the image has another rank, or `fill` does not fit
RETROGRAD_API Tensor rotate(const Tensor& image, double angle, const RotateOptions& options = {},
                            Where where = {});

/// Upper left, upper right, lower right and lower left corner.
using Corners = std::array<Point, 4>;

/// Options of perspective().
struct PerspectiveOptions {
  /// Method of interpolation: `nearest` or `bilinear`.
  InterpolateMode interpolation = InterpolateMode::bilinear;
  std::vector<double> fill = {};  ///< Values outside.
};

/// Returns the image with `startpoints` moved to `endpoints`.
/// @throws ValueError if three of the points are on a line, or the mode is another one
/// @throws ShapeError if the image has another rank, or `fill` does not fit
RETROGRAD_API Tensor perspective(const Tensor& image, const Corners& startpoints,
                                 const Corners& endpoints, const PerspectiveOptions& options = {},
                                 Where where = {});

/// Range of angles in degrees: a number `x` gives [-x, x].
struct Degrees {
  /// Makes the range around 0.
  Degrees(double around) : low(-around), high(around) {}  // NOLINT
  /// Makes it from both ends.
  Degrees(double lowest, double highest) : low(lowest), high(highest) {}

  double low;   ///< Smallest angle.
  double high;  ///< Largest angle.
};

/// Options of RandomRotation.
struct RandomRotationOptions {
  /// Method of interpolation: `nearest` or `bilinear`.
  InterpolateMode interpolation = InterpolateMode::nearest;
  bool expand = false;               ///< Makes the result as large as the rotated image when true.
  std::optional<Point> center = {};  ///< Fixed point; the middle of the image without one.
  std::vector<double> fill = {0};    ///< Values outside.
};

/// Rotation by a uniform angle. Draws: the angle.
class RETROGRAD_API RandomRotation : public ImageTransform {
 public:
  /// Makes it for a range.
  /// @throws ValueError if the range is empty, or the mode is neither `nearest` nor `bilinear`
  explicit RandomRotation(Degrees degrees, const RandomRotationOptions& options = {},
                          Where where = {});
  const char* name() const noexcept override { return "RandomRotation"; }

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  Degrees degrees_;
  RandomRotationOptions options_;
};

/// Options of RandomAffine.
struct RandomAffineOptions {
  /// Largest distance, divided by width and height, or none.
  std::optional<Point> translate = {};
  std::optional<Range> scale = {};      ///< Factor of all lengths, or none.
  std::optional<Degrees> shear = {};    ///< Shear along x, or none.
  std::optional<Degrees> shear_y = {};  ///< Shear along y, or none.
  /// Method of interpolation: `nearest` or `bilinear`.
  InterpolateMode interpolation = InterpolateMode::nearest;
  std::vector<double> fill = {0};    ///< Values outside.
  std::optional<Point> center = {};  ///< Fixed point; the middle of the image without one.
};

/// Affine map with uniform parameters. Draws: angle, distance along x and y, which are rounded,
/// scale, shear along x and y; none for options that are not given.
class RETROGRAD_API RandomAffine : public ImageTransform {
 public:
  /// Makes it for ranges.
  /// @throws ValueError if a range is empty or out of its domain
  /// @throws ValueError if the mode is neither `nearest` nor `bilinear`
  explicit RandomAffine(Degrees degrees, const RandomAffineOptions& options = {}, Where where = {});
  const char* name() const noexcept override { return "RandomAffine"; }
  /// Draws the map for an image of that size.
  AffineOptions get_params(std::int64_t height, std::int64_t width) const;

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  Degrees degrees_;
  RandomAffineOptions options_;
};

/// Options of RandomPerspective.
struct RandomPerspectiveOptions {
  double distortion_scale = 0.5;  ///< Largest move of a corner, divided by half a side.
  double p = 0.5;                 ///< Probability.
  /// Method of interpolation: `nearest` or `bilinear`.
  InterpolateMode interpolation = InterpolateMode::bilinear;
  std::vector<double> fill = {0};  ///< Values outside.
};

/// Corners moved inwards with probability `p`. Draws: whether, then x and y of each corner, upper
/// left, upper right, lower right, lower left. The corners are drawn again while three are on a
/// line, and keep their points after 100 draws. Images with a side of 1 pixel stay as they are,
/// without draws of corners.
class RETROGRAD_API RandomPerspective : public ImageTransform {
 public:
  /// Makes it for options.
  /// @throws ValueError if `p` or `distortion_scale` is outside of [0, 1]
  /// @throws ValueError if the mode is neither `nearest` nor `bilinear`
  explicit RandomPerspective(const RandomPerspectiveOptions& options = {}, Where where = {});
  const char* name() const noexcept override { return "RandomPerspective"; }
  /// Draws the corners' new points for an image of that size.
  Corners get_params(std::int64_t height, std::int64_t width) const;

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  RandomPerspectiveOptions options_;
};

}  // namespace retrograd::transforms
