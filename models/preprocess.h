/// @file
/// Images as networks expect them.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/ops/resample.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::models {

/// Options of preprocess(): those of most of torchvision's networks by default. ConvNeXt was
/// trained with a `resize_size` of 236, and newer weights of other networks with 232.
struct PreprocessOptions {
  std::int64_t resize_size = 256;                    ///< Shorter side before the crop.
  std::int64_t crop_size = 224;                      ///< Sides of the result.
  std::vector<double> mean = {0.485, 0.456, 0.406};  ///< Means of red, green and blue.
  std::vector<double> std = {0.229, 0.224, 0.225};   ///< Deviations of red, green and blue.
  InterpolateMode interpolation = InterpolateMode::bilinear;  ///< Method of interpolation.
  bool antialias = true;  ///< Whether images that shrink are smoothed.
};

/// Returns images as torchvision's networks expect them: resized, cropped to the middle and
/// normalised. `images` is (3, H, W) or (N, 3, H, W), of uint8 or of floating values in [0, 1].
/// @code
/// const rg::Tensor image = rg::models::preprocess(rg::rand({3, 480, 640}));  // [3, 224, 224]
/// const rg::Tensor scores = model(rg::unsqueeze(image, 0));
/// @endcode
/// uint8 becomes float32, divided by 255. torchvision rounds resized bytes to integers first.
/// This function does not, and differs by at most 1/510 before the normalisation.
/// @throws ShapeError if `images` has another rank or number of channels.
/// @throws DTypeError if `images` is neither floating nor uint8.
/// @throws ValueError if an option is out of range.
RETROGRAD_API Tensor preprocess(const Tensor& images, const PreprocessOptions& options = {},
                                Where where = {});

}  // namespace retrograd::models
