// Layers that change the size of images.
#pragma once

#include <cstdint>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/resample.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

class RETROGRAD_API Upsample : public Stateless {
 public:
  explicit Upsample(const InterpolateOptions& options, Where where = {});
};

class RETROGRAD_API PixelShuffle : public Stateless {
 public:
  explicit PixelShuffle(std::int64_t upscale_factor, Where where = {});
};

class RETROGRAD_API PixelUnshuffle : public Stateless {
 public:
  explicit PixelUnshuffle(std::int64_t downscale_factor, Where where = {});
};

}  // namespace retrograd::nn
