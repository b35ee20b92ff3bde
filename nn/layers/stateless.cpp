// Layers that only call a function, beside activations and pools.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/nn/dropout.h>
#include <retrograd/nn/pad.h>
#include <retrograd/nn/resample.h>
#include <retrograd/nn/shape.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::nn {

using retrograd::detail::formatted;
using retrograd::detail::joined;

using namespace detail;

namespace {

// "ReflectionPad2d(1)", or "ReflectionPad2d(1, 2, 0, 0)" where the sides differ.
std::string shown(const std::vector<std::int64_t>& padding, PaddingMode mode) {
  constexpr const char* kModes[] = {"Constant", "Reflection", "Replication", "Circular"};
  const bool equal = std::equal(padding.begin() + 1, padding.end(), padding.begin());
  return formatted("{}Pad{}d({})", kModes[static_cast<std::size_t>(mode)], padding.size() / 2,
                   joined(std::span(padding).first(equal ? 1 : padding.size()), ", "));
}

// "Upsample(*2, bilinear)".
std::string shown(const InterpolateOptions& options) {
  constexpr const char* kModes[] = {"nearest",   "nearest-exact", "linear", "bilinear",
                                    "trilinear", "bicubic",       "area"};
  std::vector<std::string> arguments;
  if (!options.size.empty()) {
    arguments.push_back(text(options.size, "x"));
  }
  for (const double factor : options.scale_factor.values()) {
    arguments.push_back(formatted("*{}", factor));
  }
  arguments.emplace_back(kModes[static_cast<std::size_t>(options.mode)]);
  return with_arguments("Upsample", arguments);
}

void require_probability(const Frame& call, double p) {
  require(call, p >= 0 && p <= 1, "p", p, "it must lie between 0 and 1");
}

// What drops with probability p, once that is checked.
auto drop(Tensor (*dropout)(const Tensor&, double, bool, Generator&, Where), const Frame& call,
          double p) {
  require_probability(call, p);
  return [=](const Tensor& x, bool training) {
    return dropout(x, p, training, default_generator(), {});
  };
}

}  // namespace

Flatten::Flatten(std::int64_t start_dim, std::int64_t end_dim)
    : Stateless(described("Flatten", start_dim, end_dim), with(flatten, start_dim, end_dim)) {}

Unflatten::Unflatten(std::int64_t dim, const Shape& unflattened_size, Where where)
    : Stateless(described("Unflatten", dim, unflattened_size),
                with(unflatten, dim, unflattened_size)) {
  const bool in_range = std::all_of(unflattened_size.begin(), unflattened_size.end(),
                                    [](std::int64_t size) { return size >= -1; });
  require(Frame("Unflatten", where),
          !unflattened_size.empty() && in_range &&
              std::count(unflattened_size.begin(), unflattened_size.end(), -1) <= 1,
          "unflattened_size", unflattened_size,
          "sizes of at least 0 are needed, one of which may be -1");
}

Permute::Permute(const Dims& dims) : Stateless(described("Permute", dims), with(permute, dims)) {}

Unfold::Unfold(Size<2> kernel_size, UnfoldOptions options, Where where)
    : Stateless(described("Unfold", kernel_size), with(unfold, kernel_size, options)) {
  require_window(Frame("Unfold", where), kernel_size, options.stride, options.padding,
                 options.dilation);
}

Fold::Fold(Size<2> output_size, Size<2> kernel_size, UnfoldOptions options, Where where)
    : Stateless(described("Fold", output_size, kernel_size),
                with(fold, output_size, kernel_size, options)) {
  const Frame call("Fold", where);
  require_window(call, kernel_size, options.stride, options.padding, options.dilation);
  for (const std::int64_t size : output_size) {
    require_positive(call, "output_size", size);
  }
}

PadLayer::PadLayer(const std::vector<std::int64_t>& padding, const PadOptions& options)
    : Stateless(shown(padding, options.mode), with(pad, padding, options)) {}

std::string ZeroPad2d::describe() const {
  return formatted("Zero{}", ConstantPad2d::describe().substr(std::strlen("Constant")));
}

Upsample::Upsample(const InterpolateOptions& options, Where where)
    : Stateless(shown(options), with(interpolate, options)) {
  const Frame call("Upsample", where);
  check::require<ValueError>(call, options.size.empty() != options.scale_factor.values().empty(),
                             {}, "needs either size or scale_factor [option-conflict]");
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

Dropout::Dropout(double p, Where where)
    : Stateless(described("Dropout", p), drop(dropout, Frame("Dropout", where), p)) {}
Dropout1d::Dropout1d(double p, Where where)
    : Stateless(described("Dropout1d", p), drop(dropout1d, Frame("Dropout1d", where), p)) {}
Dropout2d::Dropout2d(double p, Where where)
    : Stateless(described("Dropout2d", p), drop(dropout2d, Frame("Dropout2d", where), p)) {}
StochasticDepth::StochasticDepth(double p, StochasticDepthMode mode, Where where)
    : Stateless(with_arguments("StochasticDepth",
                               {text(p), mode == StochasticDepthMode::row ? "row" : "batch"}),
                [p, mode](const Tensor& x, bool training) {
                  return stochastic_depth(x, p, mode, training);
                }) {
  require_probability(Frame("StochasticDepth", where), p);
}

}  // namespace retrograd::nn
