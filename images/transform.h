/// @file
/// Image transforms as values, for images with masks and boxes together. Link `retrograd::images`.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::transforms {

/// Image with its annotations, which transforms change together.
/// @code
/// const rg::transforms::AnnotatedImage flipped =
///     rg::transforms::RandomHorizontalFlip(1.0)({.image = image, .boxes = boxes});
/// @endcode
struct AnnotatedImage {
  Tensor image;      ///< Image (C, H, W), or batch (N, C, H, W), of uint8 or a floating dtype.
  Tensor mask = {};  ///< Labels of pixels (..., H, W) of any dtype, or undefined.
  /// Boxes (..., 4) of a floating dtype, or undefined: left, top, right, bottom in pixels. The
  /// corners of the image are (0, 0) and (W, H).
  Tensor boxes = {};
};

/// Base of all transforms.
///
/// A transform is a value: its copies are independent, and calls change no state, so threads may
/// share one. Random parameters are drawn from `default_generator()`, one position of its stream
/// for each number, in the order that the class lists. Images of a batch share their parameters.
///
/// Geometric transforms move the mask to the nearest pixel, and boxes to the boxes around their
/// moved corners, cut at the border. A box that leaves the image has an area of 0. Transforms of
/// colour leave masks and boxes as they are.
class RETROGRAD_API ImageTransform {
 public:
  virtual ~ImageTransform() = default;
  /// Returns the changed image.
  Tensor operator()(const Tensor& image, Where where = {}) const;
  /// Returns the changed image with its annotations.
  AnnotatedImage operator()(const AnnotatedImage& input, Where where = {}) const;
  /// Returns the name of the class.
  virtual const char* name() const noexcept = 0;

 protected:
  /// @cond
  ImageTransform() = default;
  ImageTransform(const ImageTransform&) = default;
  ImageTransform& operator=(const ImageTransform&) = default;
  /// @endcond
  /// Changes checked inputs.
  virtual AnnotatedImage apply(const AnnotatedImage& input) const = 0;
};

/// Base of transforms that leave positions as they are.
class RETROGRAD_API ColorTransform : public ImageTransform {
 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const final;
  /// Changes a checked image.
  virtual Tensor change(const Tensor& image) const = 0;
};

/// Any transform, or a function from an image to an image of the same size.
/// @code
/// const rg::transforms::Transform darker = [](const rg::Tensor& image) { return image / 2; };
/// @endcode
class RETROGRAD_API Transform {
 public:
  /// Makes it from a copy of a transform.
  template <std::derived_from<ImageTransform> T>
  Transform(T transform)  // NOLINT: lists of transforms
      : transform_(std::make_shared<const T>(std::move(transform))) {}
  /// Makes it from a function, which must be safe to call from several threads.
  template <class F>
  requires(std::is_invocable_r_v<Tensor, const F&, const Tensor&> &&
           !std::derived_from<F, ImageTransform> &&
           !std::same_as<std::remove_cvref_t<F>, Transform>)
      Transform(F function)  // NOLINT: lists of transforms
      : Transform(std::function<Tensor(const Tensor&)>(std::move(function)), "Lambda") {}

  /// Returns the changed image.
  Tensor operator()(const Tensor& image, Where where = {}) const;
  /// Returns the changed image with its annotations.
  AnnotatedImage operator()(const AnnotatedImage& input, Where where = {}) const;
  /// Returns the name of the transform.
  const char* name() const noexcept { return transform_->name(); }

 private:
  Transform(std::function<Tensor(const Tensor&)> function, const char* name);

  std::shared_ptr<const ImageTransform> transform_;
};

/// Transforms in a row.
/// @code
/// namespace transforms = rg::transforms;
/// const transforms::Compose train({transforms::RandomResizedCrop(224),
///                                  transforms::RandomHorizontalFlip(),
///                                  transforms::ConvertImageDtype(rg::float32)});
/// @endcode
class RETROGRAD_API Compose : public ImageTransform {
 public:
  /// Makes it from transforms, the first one first.
  explicit Compose(std::vector<Transform> all) : transforms_(std::move(all)) {}
  const char* name() const noexcept override { return "Compose"; }
  /// Returns the transforms.
  const std::vector<Transform>& transforms() const noexcept { return transforms_; }

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  std::vector<Transform> transforms_;
};

/// Transforms in a row that run together with probability `p`. Draws: whether they run, then
/// theirs.
class RETROGRAD_API RandomApply : public ImageTransform {
 public:
  /// Makes it from transforms.
  /// @throws ValueError if `p` is outside of [0, 1]
  explicit RandomApply(std::vector<Transform> all, double p = 0.5, Where where = {});
  const char* name() const noexcept override { return "RandomApply"; }

 protected:
  AnnotatedImage apply(const AnnotatedImage& input) const override;

 private:
  Compose transforms_;
  double p_;
};

}  // namespace retrograd::transforms
