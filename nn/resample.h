/// @file
/// Layers that change the size of images.
#pragma once

#include <cstdint>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/resample.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// interpolate() as a layer.
class RETROGRAD_API Upsample : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Upsample(const InterpolateOptions& options, Where where = {});
};

/// pixel_shuffle() as a layer.
class RETROGRAD_API PixelShuffle : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit PixelShuffle(std::int64_t upscale_factor, Where where = {});
};

/// pixel_unshuffle() as a layer.
class RETROGRAD_API PixelUnshuffle : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit PixelUnshuffle(std::int64_t downscale_factor, Where where = {});
};

}  // namespace retrograd::nn
