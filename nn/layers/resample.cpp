#include <retrograd/nn/resample.h>

#include <cmath>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/internal/number.h>

namespace retrograd::nn {

using namespace detail;

Upsample::Upsample(InterpolateOptions options, Where where) : options_(std::move(options)) {
  const Frame call("Upsample", where);
  if (options_.size.empty() == options_.scale_factor.values().empty()) {
    fail<ValueError>(call, "needs either size or scale_factor");
  }
  for (const std::int64_t size : options_.size) {
    require_positive(call, "size", size);
  }
  for (const double factor : options_.scale_factor.values()) {
    if (!(factor > 0 && std::isfinite(factor))) {
      fail<ValueError>(
          call, "scale_factor is " + number_text(factor) + "; it must be finite and above 0");
    }
  }
}
Tensor Upsample::forward(const Tensor& x) {
  return interpolate(x, options_);
}
std::string Upsample::describe() const {
  constexpr const char* kModes[] = {"nearest",   "nearest-exact", "linear", "bilinear",
                                    "trilinear", "bicubic",       "area"};
  std::string sizes;
  for (const std::int64_t size : options_.size) {
    sizes += (sizes.empty() ? "" : "x") + std::to_string(size);
  }
  for (const double factor : options_.scale_factor.values()) {
    sizes += (sizes.empty() ? "*" : ", *") + number_text(factor);
  }
  return "Upsample(" + sizes + ", " + kModes[static_cast<std::size_t>(options_.mode)] + ")";
}

PixelShuffle::PixelShuffle(std::int64_t upscale_factor, Where where)
    : upscale_factor_(upscale_factor) {
  require_positive(Frame("PixelShuffle", where), "upscale_factor", upscale_factor);
}
Tensor PixelShuffle::forward(const Tensor& x) {
  return pixel_shuffle(x, upscale_factor_);
}
std::string PixelShuffle::describe() const {
  return "PixelShuffle(" + std::to_string(upscale_factor_) + ")";
}

PixelUnshuffle::PixelUnshuffle(std::int64_t downscale_factor, Where where)
    : downscale_factor_(downscale_factor) {
  require_positive(Frame("PixelUnshuffle", where), "downscale_factor", downscale_factor);
}
Tensor PixelUnshuffle::forward(const Tensor& x) {
  return pixel_unshuffle(x, downscale_factor_);
}
std::string PixelUnshuffle::describe() const {
  return "PixelUnshuffle(" + std::to_string(downscale_factor_) + ")";
}

}  // namespace retrograd::nn
