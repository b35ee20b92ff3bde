/// @file
/// Colours of images, with torchvision's names and meaning.
///
/// Values of uint8 go from 0 to 255, and floating ones from 0 to 1. Functions take grey images and
/// images of red, green and blue, (C, H, W) or (N, C, H, W), and return the dtype that they get.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <retrograd/data/transforms.h>
#include <retrograd/images/geometry.h>
#include <retrograd/images/transform.h>
#include <retrograd/ops/size.h>

namespace retrograd::transforms {

/// Returns the image with another dtype and the same colours: uint8 values are divided by 255, and
/// floating ones multiplied by 255.999 and rounded down. Floating dtypes convert to each other
/// without a factor.
/// @code rg::transforms::convert_image_dtype(image, rg::float32); @endcode
/// @throws DTypeError if a dtype is neither uint8 nor floating
RETROGRAD_API Tensor convert_image_dtype(const Tensor& image, DType dtype, Where where = {});

/// Returns `0.2989 R + 0.587 G + 0.114 B` in 1 or 3 channels; grey images keep their values.
/// @throws ValueError if the number of channels is neither 1 nor 3
RETROGRAD_API Tensor rgb_to_grayscale(const Tensor& image, std::int64_t num_output_channels = 1,
                                      Where where = {});

/// Returns the image times a factor of at least 0, cut at the largest value.
/// @throws ValueError if the factor is below 0
RETROGRAD_API Tensor adjust_brightness(const Tensor& image, double brightness_factor,
                                       Where where = {});
/// Returns the image blended with its mean of grey: a factor of 0 gives that, and 1 the image.
/// @throws ValueError if the factor is below 0
RETROGRAD_API Tensor adjust_contrast(const Tensor& image, double contrast_factor, Where where = {});
/// Returns the image blended with its grey version: a factor of 0 gives that, and 1 the image.
/// @throws ValueError if the factor is below 0
RETROGRAD_API Tensor adjust_saturation(const Tensor& image, double saturation_factor,
                                       Where where = {});
/// Returns the image with its hues turned by `hue_factor` of a full circle. Grey images stay.
/// @throws ValueError if the factor is outside of [-0.5, 0.5]
RETROGRAD_API Tensor adjust_hue(const Tensor& image, double hue_factor, Where where = {});
/// Returns the image blended with a blurred version: a factor of 0 gives that, 1 the image, and 2
/// a sharper one. Pixels at the border stay.
/// @throws ValueError if the factor is below 0
RETROGRAD_API Tensor adjust_sharpness(const Tensor& image, double sharpness_factor,
                                      Where where = {});

/// Returns the largest value minus the image.
RETROGRAD_API Tensor invert(const Tensor& image, Where where = {});
/// Returns an image of uint8 with the `bits` highest bits of each value.
/// @throws DTypeError if the image is not of uint8
/// @throws ValueError if `bits` is outside of [0, 8]
RETROGRAD_API Tensor posterize(const Tensor& image, int bits, Where where = {});
/// Returns the image with values of at least `threshold` inverted.
/// @throws ValueError if the threshold is above the largest value
RETROGRAD_API Tensor solarize(const Tensor& image, double threshold, Where where = {});
/// Returns the image with each channel stretched to all values. Channels of one value stay.
RETROGRAD_API Tensor autocontrast(const Tensor& image, Where where = {});
/// Returns an image of uint8 in which the values of each channel are as frequent as each other.
/// @throws DTypeError if the image is not of uint8
RETROGRAD_API Tensor equalize(const Tensor& image, Where where = {});

/// Returns the image blurred by a Gaussian kernel of `kernel_size` columns and rows, mirrored at
/// the border. Any number of channels will do.
/// @throws ValueError if a size is even or below 1, or a `sigma` is not positive
/// @throws ShapeError if the image is too small to be mirrored
RETROGRAD_API Tensor gaussian_blur(const Tensor& image, Size<2> kernel_size, double sigma,
                                   Where where = {});

/// Returns a copy of the image with `value` in a part: one number, one for each channel (C, 1, 1),
/// or a tensor of the part's shape.
/// @throws ShapeError if the value does not broadcast to the part
RETROGRAD_API Tensor erase(const Tensor& image, const CropBox& box, const Tensor& value,
                           Where where = {});

/// Conversion to another dtype, as of convert_image_dtype().
class RETROGRAD_API ConvertImageDtype : public ColorTransform {
 public:
  /// Makes it for a dtype.
  explicit ConvertImageDtype(DType dtype = float32) : dtype_(dtype) {}
  const char* name() const noexcept override { return "ConvertImageDtype"; }

 protected:
  Tensor change(const Tensor& image) const override { return convert_image_dtype(image, dtype_); }

 private:
  DType dtype_;
};

/// Each channel by its mean and deviation, as of normalize().
class RETROGRAD_API Normalize : public ColorTransform {
 public:
  /// Makes it for a mean and a deviation for each channel.
  Normalize(std::vector<double> mean, std::vector<double> std)
      : mean_(std::move(mean)), std_(std::move(std)) {}
  const char* name() const noexcept override { return "Normalize"; }

 protected:
  Tensor change(const Tensor& image) const override { return normalize(image, mean_, std_); }

 private:
  std::vector<double> mean_;
  std::vector<double> std_;
};

/// Grey image, as of rgb_to_grayscale().
class RETROGRAD_API Grayscale : public ColorTransform {
 public:
  /// Makes it for 1 or 3 channels.
  /// @throws ValueError for another number
  explicit Grayscale(std::int64_t num_output_channels = 1, Where where = {});
  const char* name() const noexcept override { return "Grayscale"; }

 protected:
  Tensor change(const Tensor& image) const override { return rgb_to_grayscale(image, channels_); }

 private:
  std::int64_t channels_;
};

/// Grey image with as many channels, with probability `p`. Draws: whether.
class RETROGRAD_API RandomGrayscale : public ColorTransform {
 public:
  /// Makes it for a probability.
  /// @throws ValueError if `p` is outside of [0, 1]
  explicit RandomGrayscale(double p = 0.1, Where where = {});
  const char* name() const noexcept override { return "RandomGrayscale"; }

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  double p_;
};

/// Range of a random factor around 1: a number `x` gives [max(0, 1 - x), 1 + x].
struct FactorRange {
  /// Makes the range around 1.
  FactorRange(double around = 0) : low(around > 1 ? 0 : 1 - around), high(1 + around) {}  // NOLINT
  /// Makes it from both ends.
  FactorRange(double lowest, double highest) : low(lowest), high(highest) {}

  double low;   ///< Smallest factor.
  double high;  ///< Largest factor.
};

/// Options of ColorJitter.
struct ColorJitterOptions {
  FactorRange brightness = 0;  ///< Factor of adjust_brightness().
  FactorRange contrast = 0;    ///< Factor of adjust_contrast().
  FactorRange saturation = 0;  ///< Factor of adjust_saturation().
  Range hue = {0, 0};          ///< Turn of adjust_hue().
};

/// Random brightness, contrast, saturation and hue, in a random order. Draws: three numbers for the
/// order, then the factors, without those whose range is one number that changes no image.
class RETROGRAD_API ColorJitter : public ColorTransform {
 public:
  /// Factors that were drawn, and the order of brightness (0), contrast, saturation and hue (3).
  struct Params {
    int order[4];           ///< Functions in the order of their calls.
    double brightness = 1;  ///< Factor of adjust_brightness().
    double contrast = 1;    ///< Factor of adjust_contrast().
    double saturation = 1;  ///< Factor of adjust_saturation().
    double hue = 0;         ///< Turn of adjust_hue().
  };
  /// Makes it for four ranges.
  /// @throws ValueError if a range is empty or outside of the factor's domain
  explicit ColorJitter(const ColorJitterOptions& options, Where where = {});
  const char* name() const noexcept override { return "ColorJitter"; }
  /// Draws factors.
  Params get_params() const;

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  ColorJitterOptions options_;
};

/// Gaussian blur with a uniform sigma. Draws: sigma.
class RETROGRAD_API GaussianBlur : public ColorTransform {
 public:
  /// Makes it for a size of the kernel and a range.
  /// @throws ValueError if a size is even or below 1, or the range is empty or not positive
  explicit GaussianBlur(Size<2> kernel_size, Range sigma = {0.1, 2}, Where where = {});
  const char* name() const noexcept override { return "GaussianBlur"; }

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  Size<2> kernel_size_;
  Range sigma_;
};

/// Options of RandomErasing.
struct RandomErasingOptions {
  double p = 0.5;                   ///< Probability.
  Range scale = {0.02, 0.33};       ///< Area of the part, divided by that of the image.
  Range ratio = {0.3, 3.3};         ///< Height of the part, divided by its width.
  std::vector<double> value = {0};  ///< One number, one for each channel, or none for noise.
};

/// Random part with another value, or standard normal noise in floating images. Draws: whether, up
/// to ten times area and ratio, until the part fits, the noise, one number for each element, top
/// and left. See Zhong et al., "Random erasing data augmentation", 2017.
class RETROGRAD_API RandomErasing : public ColorTransform {
 public:
  /// Makes it for options.
  /// @throws ValueError if an option is out of its domain
  explicit RandomErasing(const RandomErasingOptions& options = {}, Where where = {});
  const char* name() const noexcept override { return "RandomErasing"; }
  /// Draws a part of an image of that size; none if no part fits.
  std::optional<CropBox> get_params(std::int64_t height, std::int64_t width) const;

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  RandomErasingOptions options_;
};

/// Inverted image with probability `p`, as of invert(). Draws: whether.
class RETROGRAD_API RandomInvert : public ColorTransform {
 public:
  /// Makes it for a probability.
  /// @throws ValueError if `p` is outside of [0, 1]
  explicit RandomInvert(double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomInvert"; }

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  double p_;
};

/// Highest bits with probability `p`, as of posterize(). Draws: whether.
class RETROGRAD_API RandomPosterize : public ColorTransform {
 public:
  /// Makes it for a number of bits.
  /// @throws ValueError if `p` is outside of [0, 1], or `bits` of 0 to 8
  explicit RandomPosterize(int bits, double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomPosterize"; }

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  int bits_;
  double p_;
};

/// Inverted bright values with probability `p`, as of solarize(). Draws: whether.
class RETROGRAD_API RandomSolarize : public ColorTransform {
 public:
  /// Makes it for a threshold.
  /// @throws ValueError if `p` is outside of [0, 1], or `threshold` above 255
  explicit RandomSolarize(double threshold, double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomSolarize"; }

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  double threshold_;
  double p_;
};

/// Sharpness with probability `p`, as of adjust_sharpness(). Draws: whether.
class RETROGRAD_API RandomAdjustSharpness : public ColorTransform {
 public:
  /// Makes it for a factor.
  /// @throws ValueError if `p` is outside of [0, 1], or the factor below 0
  explicit RandomAdjustSharpness(double sharpness_factor, double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomAdjustSharpness"; }

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  double factor_;
  double p_;
};

/// Stretched channels with probability `p`, as of autocontrast(). Draws: whether.
class RETROGRAD_API RandomAutocontrast : public ColorTransform {
 public:
  /// Makes it for a probability.
  /// @throws ValueError if `p` is outside of [0, 1]
  explicit RandomAutocontrast(double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomAutocontrast"; }

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  double p_;
};

/// Equal frequencies with probability `p`, as of equalize(). Draws: whether.
class RETROGRAD_API RandomEqualize : public ColorTransform {
 public:
  /// Makes it for a probability.
  /// @throws ValueError if `p` is outside of [0, 1]
  explicit RandomEqualize(double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomEqualize"; }

 protected:
  Tensor change(const Tensor& image) const override;

 private:
  double p_;
};

}  // namespace retrograd::transforms
