// Layers that change the size of images.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/ops/resample.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

class RETROGRAD_API Upsample : public Module {
 public:
  explicit Upsample(InterpolateOptions options, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  InterpolateOptions options_;
};

class RETROGRAD_API PixelShuffle : public Module {
 public:
  explicit PixelShuffle(std::int64_t upscale_factor, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  std::int64_t upscale_factor_;
};

class RETROGRAD_API PixelUnshuffle : public Module {
 public:
  explicit PixelUnshuffle(std::int64_t downscale_factor, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  std::int64_t downscale_factor_;
};

}  // namespace retrograd::nn
