/// @file
/// Sizes, crops, padding and flips of images, with torchvision's names and meaning.
///
/// Functions take images (C, H, W) or (N, C, H, W) of uint8 or a floating dtype, and have gradients
/// for the latter.
#pragma once

#include <cstdint>

#include <retrograd/data/transforms.h>
#include <retrograd/images/transform.h>
#include <retrograd/ops/size.h>

namespace retrograd::transforms {

/// Part of an image, in pixels.
struct CropBox {
  std::int64_t top;     ///< First row.
  std::int64_t left;    ///< First column.
  std::int64_t height;  ///< Number of rows.
  std::int64_t width;   ///< Number of columns.
  /// Returns whether both are the same part.
  friend bool operator==(const CropBox&, const CropBox&) = default;
};

/// Range of a random number.
struct Range {
  double low;   ///< Smallest number.
  double high;  ///< Largest number.
};

/// Returns a part of an image as a view, and as a copy with zeros where it is outside.
/// @throws ShapeError if the image has another rank
/// @throws ValueError if a side of the part is below 1
RETROGRAD_API Tensor crop(const Tensor& image, const CropBox& box, Where where = {});

/// Returns a part of an image with `size` as its height and width.
/// @throws ShapeError if the image has another rank
/// @throws ValueError if a side is below 1
RETROGRAD_API Tensor resized_crop(const Tensor& image, const CropBox& box, Size<2> size,
                                  const ResizeOptions& options = {}, Where where = {});

/// Returns the image with left and right exchanged.
RETROGRAD_API Tensor hflip(const Tensor& image, Where where = {});
/// Returns the image with top and bottom exchanged.
RETROGRAD_API Tensor vflip(const Tensor& image, Where where = {});

/// Numbers of pixels to add around an image; negative ones are removed.
struct Padding {
  /// Makes it from one number for all sides.
  Padding(std::int64_t all) : Padding(all, all, all, all) {}  // NOLINT
  /// Makes it from a number for left and right and one for top and bottom.
  Padding(std::int64_t sides, std::int64_t ends) : Padding(sides, ends, sides, ends) {}
  /// Makes it from a number for each side.
  Padding(std::int64_t at_left, std::int64_t at_top, std::int64_t at_right, std::int64_t at_bottom)
      : left(at_left), top(at_top), right(at_right), bottom(at_bottom) {}

  std::int64_t left;    ///< Columns before the first.
  std::int64_t top;     ///< Rows before the first.
  std::int64_t right;   ///< Columns after the last.
  std::int64_t bottom;  ///< Rows after the last.
};

/// Values of pixels around an image.
enum class BorderMode : std::uint8_t {
  constant,  ///< One value.
  edge,      ///< The last pixel.
  reflect,   ///< The image mirrored at the last pixel, which is not repeated.
  symmetric  ///< The image mirrored at its border.
};

/// Options of pad().
struct BorderOptions {
  double fill = 0;                                 ///< Value of the mode `constant`.
  BorderMode padding_mode = BorderMode::constant;  ///< Values of the pixels around.
};

/// Returns the image with pixels added around it.
/// @code
/// rg::transforms::pad(image, 4, {.padding_mode = rg::transforms::BorderMode::reflect});
/// @endcode
/// @throws ShapeError if the image has another rank, or is too small to be mirrored
/// @throws ValueError if the dtype of the image cannot hold the value
RETROGRAD_API Tensor pad(const Tensor& image, const Padding& padding,
                         const BorderOptions& options = {}, Where where = {});

/// Shorter side, or height and width, as of resize(). Masks take the nearest pixel.
class RETROGRAD_API Resize : public ImageTransform {
 public:
  /// Makes it for a length of the shorter side.
  /// @throws ValueError if `size` is below 1
  explicit Resize(std::int64_t size, const ResizeOptions& options = {}, Where where = {});
  /// Makes it for a height and a width.
  /// @throws ValueError if a side is below 1
  explicit Resize(Size<2> size, const ResizeOptions& options = {}, Where where = {});
  const char* name() const noexcept override { return "Resize"; }

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  Shape size_;
  ResizeOptions options_;
};

/// Middle of an image, as of center_crop().
class RETROGRAD_API CenterCrop : public ImageTransform {
 public:
  /// Makes it for a height and a width.
  /// @throws ValueError if a side is below 1
  explicit CenterCrop(Size<2> size, Where where = {});
  const char* name() const noexcept override { return "CenterCrop"; }

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  Size<2> size_;
};

/// Pixels around an image, as of pad(). Masks get zeros in the mode `constant`.
class RETROGRAD_API Pad : public ImageTransform {
 public:
  /// Makes it for these numbers of pixels.
  explicit Pad(const Padding& padding, const BorderOptions& options = {})
      : padding_(padding), options_(options) {}
  const char* name() const noexcept override { return "Pad"; }

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  Padding padding_;
  BorderOptions options_;
};

/// Options of RandomCrop.
struct RandomCropOptions {
  Padding padding = 0;         ///< Pixels added first.
  bool pad_if_needed = false;  ///< Adds pixels to images that are too small when true.
  BorderOptions border = {};   ///< Values of pixels that are added.
};

/// Part of an image at a random position. Draws: top, left; none if the image has the size.
class RETROGRAD_API RandomCrop : public ImageTransform {
 public:
  /// Makes it for a height and a width.
  /// @throws ValueError if a side is below 1
  explicit RandomCrop(Size<2> size, const RandomCropOptions& options = {}, Where where = {});
  const char* name() const noexcept override { return "RandomCrop"; }
  /// Draws a part of an image of that size.
  /// @throws ValueError if the image is smaller
  CropBox get_params(std::int64_t height, std::int64_t width, Where where = {}) const;

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  Size<2> size_;
  RandomCropOptions options_;
};

/// Options of RandomResizedCrop.
struct RandomResizedCropOptions {
  Range scale = {0.08, 1};           ///< Area of the part, divided by that of the image.
  Range ratio = {3.0 / 4, 4.0 / 3};  ///< Width of the part, divided by its height.
  ResizeOptions resize = {};         ///< Interpolation.
};

/// Part of an image with a random area and ratio, resized. The ratio is uniform in its logarithm.
/// Draws: up to ten times area and ratio, until the part fits, then top and left. If no part fits,
/// it is the middle with the nearest ratio. Reference: Szegedy et al., "Going deeper with
/// convolutions", 2015.
class RETROGRAD_API RandomResizedCrop : public ImageTransform {
 public:
  /// Makes it for a height and a width of the result.
  /// @throws ValueError if a side is below 1, or a range is empty or not positive
  explicit RandomResizedCrop(Size<2> size, const RandomResizedCropOptions& options = {},
                             Where where = {});
  const char* name() const noexcept override { return "RandomResizedCrop"; }
  /// Draws a part of an image of that size.
  CropBox get_params(std::int64_t height, std::int64_t width) const;

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  Size<2> size_;
  RandomResizedCropOptions options_;
};

/// Exchange of left and right with probability `p`. Draws: whether.
class RETROGRAD_API RandomHorizontalFlip : public ImageTransform {
 public:
  /// Makes it for a probability.
  /// @throws ValueError if `p` is outside of [0, 1]
  explicit RandomHorizontalFlip(double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomHorizontalFlip"; }

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  double p_;
};

/// Exchange of top and bottom with probability `p`. Draws: whether.
class RETROGRAD_API RandomVerticalFlip : public ImageTransform {
 public:
  /// Makes it for a probability.
  /// @throws ValueError if `p` is outside of [0, 1]
  explicit RandomVerticalFlip(double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomVerticalFlip"; }

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  double p_;
};

}  // namespace retrograd::transforms
