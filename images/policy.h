/// @file
/// Policies that choose among many transforms, with torchvision's names and meaning.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/images/transform.h>
#include <retrograd/ops/resample.h>

namespace retrograd::transforms {

/// Transforms that policies choose from.
enum class AugmentationOp : std::uint8_t {
  identity,       ///< The image.
  shear_x,        ///< affine() with a shear along x by a tangent, about the upper left corner.
  shear_y,        ///< affine() with a shear along y by a tangent, about the upper left corner.
  translate_x,    ///< affine() with a distance along x, rounded towards 0.
  translate_y,    ///< affine() with a distance along y, rounded towards 0.
  rotate,         ///< rotate() by an angle.
  brightness,     ///< adjust_brightness() by 1 + magnitude.
  color,          ///< adjust_saturation() by 1 + magnitude.
  contrast,       ///< adjust_contrast() by 1 + magnitude.
  sharpness,      ///< adjust_sharpness() by 1 + magnitude.
  posterize,      ///< posterize() to a number of bits.
  solarize,       ///< solarize() with a threshold.
  auto_contrast,  ///< autocontrast().
  equalize        ///< equalize().
};

/// Choice of a policy.
struct Augmentation {
  AugmentationOp op;     ///< Transform.
  double magnitude = 0;  ///< Strength, with a sign.
  /// Returns whether both are the same choice.
  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

/// Options of augment().
struct AugmentOptions {
  /// Method of interpolation: `nearest` or `bilinear`.
  InterpolateMode interpolation = InterpolateMode::nearest;
  std::vector<double> fill = {};  ///< Values outside, as of affine().
};

/// Returns the image after a choice.
/// @code rg::transforms::augment(image, {rg::transforms::AugmentationOp::rotate, 30}); @endcode
/// @throws DTypeError if the choice needs an image of uint8
/// @throws ShapeError if the image has neither 1 nor 3 channels
RETROGRAD_API AnnotatedImage augment(const AnnotatedImage& input, const Augmentation& choice,
                                     const AugmentOptions& options = {}, Where where = {});

/// Options of RandAugment.
struct RandAugmentOptions {
  int num_ops = 2;              ///< Number of transforms in a row.
  int magnitude = 9;            ///< Strength of all, from 0 to `num_magnitude_bins - 1`.
  int num_magnitude_bins = 31;  ///< Number of strengths, at least 2.
  AugmentOptions augment = {};  ///< Interpolation and values outside.
};

/// Transforms of images of uint8 that are chosen at random, with one strength. Draws for each:
/// which, and its sign if it has one. Reference: Cubuk et al., "RandAugment: practical automated
/// data augmentation with a reduced search space", 2019.
class RETROGRAD_API RandAugment : public ImageTransform {
 public:
  /// Makes it for options.
  /// @throws ValueError if an option is out of its domain
  explicit RandAugment(const RandAugmentOptions& options = {}, Where where = {});
  const char* name() const noexcept override { return "RandAugment"; }
  /// Draws the choices for an image of that size.
  std::vector<Augmentation> get_params(std::int64_t height, std::int64_t width) const;

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  RandAugmentOptions options_;
};

/// Options of TrivialAugmentWide.
struct TrivialAugmentWideOptions {
  int num_magnitude_bins = 31;  ///< Number of strengths, at least 2.
  AugmentOptions augment = {};  ///< Interpolation and values outside.
};

/// Transform of images of uint8 that is chosen at random, with a random strength. Draws: which, its
/// strength and its sign, if it has them. Reference: Müller and Hutter, "TrivialAugment:
/// tuning-free yet state-of-the-art data augmentation", 2021.
class RETROGRAD_API TrivialAugmentWide : public ImageTransform {
 public:
  /// Makes it for options.
  /// @throws ValueError if an option is out of its domain
  explicit TrivialAugmentWide(const TrivialAugmentWideOptions& options = {}, Where where = {});
  const char* name() const noexcept override { return "TrivialAugmentWide"; }
  /// Draws the choice.
  Augmentation get_params() const;

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  TrivialAugmentWideOptions options_;
};

}  // namespace retrograd::transforms
