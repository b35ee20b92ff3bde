/// @file
/// Changes of images before a network sees them, as in torchvision.transforms. They are
/// compositions of operators, and take images (C, H, W) or batches (N, C, H, W) of a floating
/// dtype; resize() and center_crop() take uint8 too.
///
/// @code
/// namespace transforms = rg::transforms;
/// rg::Tensor x = transforms::resize(rg::rand({3, 480, 640}), 256);  // [3, 256, 341]
/// x = transforms::center_crop(x, 224);                              // [3, 224, 224]
/// x = transforms::normalize(x, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});
/// @endcode
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/ops/resample.h>
#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::transforms {

/// Options of resize().
struct ResizeOptions {
  /// Method of interpolation: `bilinear`, `bicubic`, `nearest`, `nearest_exact` or `area`.
  InterpolateMode interpolation = InterpolateMode::bilinear;
  /// Whether images that shrink are smoothed, in the modes `bilinear` and `bicubic`.
  bool antialias = true;
};

/// Returns the image with its shorter side at `size`. The longer side keeps the ratio, rounded
/// down.
/// @code rg::transforms::resize(rg::rand({3, 480, 640}), 256).shape();  // [3, 256, 341] @endcode
/// @throws ShapeError if the image has another rank.
/// @throws DTypeError if the image is neither floating nor uint8.
/// @throws ValueError if `size` is below 1, the image has no pixels, or the mode is for another
/// rank.
RETROGRAD_API Tensor resize(const Tensor& image, std::int64_t size,
                            const ResizeOptions& options = {}, Where where = {});

/// Returns the image with `size` as its height and width.
/// @code rg::transforms::resize(rg::rand({3, 480, 640}), {32, 48}).shape();  // [3, 32, 48]
/// @endcode
/// @throws ShapeError if the image has another rank.
/// @throws DTypeError if the image is neither floating nor uint8.
/// @throws ValueError if `size` is not two numbers of at least 1, the image has no pixels, or the
/// mode is for another rank.
RETROGRAD_API Tensor resize(const Tensor& image, const Shape& size,
                            const ResizeOptions& options = {}, Where where = {});

/// Returns the middle of the image, of the given height and width. A smaller image is padded with
/// zeros.
/// @code rg::transforms::center_crop(rg::rand({3, 32, 48}), 28).shape();  // [3, 28, 28] @endcode
/// @throws ShapeError if the image has another rank.
/// @throws ValueError if a size is below 1.
RETROGRAD_API Tensor center_crop(const Tensor& image, Size<2> output_size, Where where = {});

/// Returns `(image - mean) / std`, with one mean and one deviation for each channel.
/// @code const rg::Tensor y = rg::transforms::normalize(rg::rand({1, 8, 8}), {0.5}, {0.25});
/// @endcode
/// @throws ShapeError if the image has another rank, or as many channels as there are numbers are
/// missing.
/// @throws DTypeError if the image is not floating.
/// @throws ValueError if a deviation is 0.
RETROGRAD_API Tensor normalize(const Tensor& image, const std::vector<double>& mean,
                               const std::vector<double>& std, Where where = {});

}  // namespace retrograd::transforms
