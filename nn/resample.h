/// @file
/// Layers that change the spatial sizes of images.
#pragma once

#include <cstdint>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/resample.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The layer of `interpolate()`: resamples an input (N, C, spatial...) to a size or by a factor.
///
/// @code
/// nn::Upsample up({.scale_factor = 2, .mode = InterpolateMode::bilinear});
/// @endcode
class RETROGRAD_API Upsample : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if not exactly one of `size` and `scale_factor` is given, or one is out of
  ///   range.
  explicit Upsample(const InterpolateOptions& options, Where where = {});
};

/// The layer of `pixel_shuffle()`: moves channels to spatial positions (Shi et al., 2016).
///
/// With r = `upscale_factor`, an input (..., C r^2, H, W) gives an output (..., C, H r, W r).
///
/// @code
/// nn::PixelShuffle shuffle(2);
/// @endcode
class RETROGRAD_API PixelShuffle : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `upscale_factor` is not positive.
  explicit PixelShuffle(std::int64_t upscale_factor, Where where = {});
};

/// The layer of `pixel_unshuffle()`: moves spatial positions to channels, the inverse of
/// `PixelShuffle`.
///
/// With r = `downscale_factor`, an input (..., C, H r, W r) gives an output (..., C r^2, H, W).
///
/// @code
/// nn::PixelUnshuffle unshuffle(2);
/// @endcode
class RETROGRAD_API PixelUnshuffle : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `downscale_factor` is not positive.
  explicit PixelUnshuffle(std::int64_t downscale_factor, Where where = {});
};

}  // namespace retrograd::nn
