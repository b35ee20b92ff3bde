#include <retrograd/nn/resample.h>

#include <cmath>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

using namespace detail;

namespace {

// "Upsample(*2, bilinear)".
std::string shown(const InterpolateOptions& options) {
  constexpr const char* kModes[] = {"nearest",   "nearest-exact", "linear", "bilinear",
                                    "trilinear", "bicubic",       "area"};
  std::string sizes = text(options.size, "x");
  for (const double factor : options.scale_factor.values()) {
    sizes += (sizes.empty() ? "*" : ", *") + text(factor);
  }
  return "Upsample(" + sizes + ", " + kModes[static_cast<std::size_t>(options.mode)] + ")";
}

}  // namespace

Upsample::Upsample(const InterpolateOptions& options, Where where)
    : Stateless(shown(options), with(interpolate, options)) {
  const Frame call("Upsample", where);
  check::require<ValueError>(call, options.size.empty() != options.scale_factor.values().empty(),
                             {}, "needs either size or scale_factor");
  for (const std::int64_t size : options.size) {
    require_positive(call, "size", size);
  }
  for (const double factor : options.scale_factor.values()) {
    require(call, factor > 0 && std::isfinite(factor), "scale_factor", factor,
            "it must be finite and above 0");
  }
}

PixelShuffle::PixelShuffle(std::int64_t upscale_factor, Where where)
    : Stateless(described("PixelShuffle", upscale_factor), with(pixel_shuffle, upscale_factor)) {
  require_positive(Frame("PixelShuffle", where), "upscale_factor", upscale_factor);
}
PixelUnshuffle::PixelUnshuffle(std::int64_t downscale_factor, Where where)
    : Stateless(described("PixelUnshuffle", downscale_factor),
                with(pixel_unshuffle, downscale_factor)) {
  require_positive(Frame("PixelUnshuffle", where), "downscale_factor", downscale_factor);
}

}  // namespace retrograd::nn
