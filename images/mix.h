/// @file
/// Batches whose images are mixed with each other, with torchvision's names and meaning.
#pragma once

#include <cstdint>

#include <retrograd/images/geometry.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::transforms {

/// Images (N, C, H, W) with the probabilities (N, classes) of their labels.
struct MixedBatch {
  Tensor images;  ///< Images.
  Tensor labels;  ///< Probabilities.
};

/// Returns `share` times each image plus the rest of the image before it, and labels so too. Labels
/// are classes (N) of int64, or probabilities (N, classes).
/// @throws DTypeError if images are not floating
/// @throws ShapeError if images have another rank, or labels do not fit
/// @throws ValueError if labels are classes and `num_classes` is below 1
RETROGRAD_API MixedBatch mixup(const Tensor& images, const Tensor& labels, double share,
                               std::int64_t num_classes = 0, Where where = {});

/// Returns each image with a part of the image before it, and labels by the areas of both. Labels
/// are classes (N) of int64, or probabilities (N, classes).
/// @throws ShapeError if images have another rank, or labels do not fit
/// @throws ValueError if the part is outside, or labels are classes and `num_classes` is below 1
RETROGRAD_API MixedBatch cutmix(const Tensor& images, const Tensor& labels, const CropBox& part,
                                std::int64_t num_classes = 0, Where where = {});

/// Options of MixUp and CutMix.
struct MixOptions {
  std::int64_t num_classes = 0;  ///< Number of classes, needed for labels that are classes.
  double alpha = 1;              ///< Parameter of the distribution Beta(alpha, alpha), above 0.
};

/// Batch of which each image is mixed with the one before it. The share is of Beta(alpha, alpha).
/// Draws: the share, of as many numbers as it takes. Reference: Zhang et al., "mixup: beyond
/// empirical risk minimization", 2017.
/// @code
/// const rg::transforms::MixUp mix({.num_classes = 10, .alpha = 0.2});
/// const auto [images, labels] = mix(batch_images, batch_labels);
/// @endcode
class RETROGRAD_API MixUp {
 public:
  /// Makes it for options.
  /// @throws ValueError if `alpha` is not positive and finite
  explicit MixUp(const MixOptions& options = {}, Where where = {});
  /// Returns the mixed batch.
  MixedBatch operator()(const Tensor& images, const Tensor& labels, Where where = {}) const;
  /// Draws the share of each image itself.
  double get_params() const;

 private:
  MixOptions options_;
};

/// Batch of which each image has a part of the one before it. The part has a share of the area that
/// is of Beta(alpha, alpha), and is cut at the border. Draws: the share, of as many numbers as it
/// takes, then column and row of the middle. Reference: Yun et al., "CutMix: regularization
/// strategy to train strong classifiers with localizable features", 2019.
class RETROGRAD_API CutMix {
 public:
  /// Makes it for options.
  /// @throws ValueError if `alpha` is not positive and finite
  explicit CutMix(const MixOptions& options = {}, Where where = {});
  /// Returns the mixed batch.
  MixedBatch operator()(const Tensor& images, const Tensor& labels, Where where = {}) const;
  /// Draws the part for images of that size.
  CropBox get_params(std::int64_t height, std::int64_t width) const;

 private:
  MixOptions options_;
};

}  // namespace retrograd::transforms
