/// @file
/// Layers that change the size of images.
#pragma once

#include <cstdint>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/resample.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// interpolate() as a layer.
/// @code
/// nn::Upsample({.scale_factor = 2})(rg::rand({1, 3, 8, 8})).shape();  // [1, 3, 16, 16]
/// @endcode
class RETROGRAD_API Upsample : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if both or none of `size` and `scale_factor` are given.
  explicit Upsample(const InterpolateOptions& options, Where where = {});
};

/// pixel_shuffle() as a layer.
/// @code nn::PixelShuffle(2)(rg::rand({1, 8, 5, 5})).shape();  // [1, 2, 10, 10] @endcode
class RETROGRAD_API PixelShuffle : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if `upscale_factor` is below 1.
  explicit PixelShuffle(std::int64_t upscale_factor, Where where = {});
};

/// pixel_unshuffle() as a layer.
/// @code nn::PixelUnshuffle(2)(rg::rand({1, 2, 10, 10})).shape();  // [1, 8, 5, 5] @endcode
class RETROGRAD_API PixelUnshuffle : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if `downscale_factor` is below 1.
  explicit PixelUnshuffle(std::int64_t downscale_factor, Where where = {});
};

}  // namespace retrograd::nn
