#include <retrograd/ops/resample.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/image/resample.h>

namespace retrograd {

namespace {

using Axes = std::vector<kernels::ResampleAxis>;

Tensor resampled(const Axes& axes, bool back, const Tensor& x) {
  const Call call(back ? "interpolate_input_grad" : "interpolate", {});
  return with_rule(call, x,
                   back ? kernels::resample_input_grad(x, axes) : kernels::resample(x, axes),
                   [axes, back](const Tensor& g) { return resampled(axes, !back, g); });
}

// The kernel of a mode, and the number of spatial dimensions that it is for, 0 for any.
std::pair<kernels::Resampling, std::size_t> kernel_of(InterpolateMode mode) {
  using kernels::Resampling;
  switch (mode) {
    case InterpolateMode::nearest: return {Resampling::nearest, 0};
    case InterpolateMode::nearest_exact: return {Resampling::nearest_exact, 0};
    case InterpolateMode::area: return {Resampling::area, 0};
    case InterpolateMode::linear: return {Resampling::linear, 1};
    case InterpolateMode::bilinear: return {Resampling::linear, 2};
    case InterpolateMode::bicubic: return {Resampling::cubic, 2};
    case InterpolateMode::trilinear: return {Resampling::linear, 3};
  }
  return {Resampling::linear, 0};
}

void check_options(const Frame& call, const Tensor& x, const InterpolateOptions& options) {
  if (!x.defined() || x.dtype() != uint8 || x.dim() != 4) {
    check::floating(call, x);
  } else {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    check::require<ValueError>(call, x.size(1) == 0 || x.size(3) <= kMost / x.size(1),
                               {{"input", x}},
                               "a row of pixels has more than 2^31 - 1 bytes [value-out-of-range]");
  }
  check::require<ShapeError>(
      call, x.dim() >= 3 && x.dim() <= 5, {{"input", x}},
      "needs an input (N, C, spatial...) of 3 to 5 dimensions [rank-unexpected]");
  const std::size_t rank = x.shape().size() - 2;
  const std::size_t wanted = kernel_of(options.mode).second;
  check::require<ShapeError>(call, wanted == 0 || wanted == rank, {{"input", x}},
                             "the mode is for {} spatial dimensions, not {} [rank-unexpected]",
                             wanted, rank);
  check::require<ValueError>(
      call, !options.align_corners || wanted != 0, {{"input", x}},
      "align_corners is for the linear and cubic modes alone [option-conflict]");
  check::require<ValueError>(call, !options.antialias || wanted == 2, {{"input", x}},
                             "antialias is for bilinear and bicubic alone [option-conflict]");
  const std::vector<double>& factors = options.scale_factor.values();
  check::require<ValueError>(call, !options.size.empty() || !factors.empty(), {{"input", x}},
                             "needs either size or scale_factor [argument-missing]");
  check::require<ValueError>(call, options.size.empty() || factors.empty(), {{"input", x}},
                             "takes either size or scale_factor, not both [option-conflict]");
  const std::size_t given = options.size.size() + factors.size();
  check::require<ValueError>(call, given == 1 || given == rank, {{"input", x}},
                             "size or scale_factor has {} numbers; 1 or one for each of the {} "
                             "spatial dimensions is needed [count-mismatch]",
                             given, rank);
}

kernels::ResampleAxis axis_of(const Frame& call, const Tensor& x, const InterpolateOptions& options,
                              std::size_t d) {
  const auto pick = [d](const auto& list) { return list[list.size() == 1 ? 0 : d]; };
  const std::int64_t length = x.shape()[d + 2];
  const std::vector<double>& factors = options.scale_factor.values();
  const double wanted = factors.empty() ? static_cast<double>(pick(options.size))
                                        : std::floor(static_cast<double>(length) * pick(factors));
  constexpr double kMost = 2147483648.0;
  const bool fits = length >= 1 && static_cast<double>(length) < kMost;
  check::require<ValueError>(call, fits && wanted >= 1 && wanted < kMost, {{"input", x}},
                             "spatial dimension {} of length {} cannot become {} long; both must "
                             "be at least 1 and below 2^31 [value-out-of-range]",
                             d, length, wanted);
  const bool by_sizes = factors.empty() || options.recompute_scale_factor;
  return {.mode = kernel_of(options.mode).first,
          .input = length,
          .output = static_cast<std::int64_t>(wanted),
          .scale = by_sizes ? static_cast<double>(length) / wanted : 1 / pick(factors),
          .align_corners = options.align_corners,
          .antialias = options.antialias};
}

}  // namespace

Tensor interpolate(const Tensor& x, const InterpolateOptions& options, Where where) {
  const Call call("interpolate", where, x, options);
  check_options(call, x, options);
  Axes axes;
  Shape shape = x.shape();
  for (std::size_t d = 0; d + 2 < x.shape().size(); ++d) {
    axes.push_back(axis_of(call, x, options, d));
    shape[d + 2] = axes.back().output;
  }
  check::numel(call, shape, x.dtype());
  return call.result(resampled(axes, false, x));
}

namespace {

// The channels, the height and the width of x.
std::array<std::int64_t, 3> check_shuffle(const Frame& call, const Tensor& x, std::int64_t factor) {
  check::defined(call, "input", x);
  check::require<ShapeError>(
      call, x.dim() >= 3 && x.dim() <= 6, {{"input", x}},
      "needs an input (..., C, H, W) of 3 to 6 dimensions [rank-unexpected]");
  check::require<ValueError>(
      call, factor >= 1 && factor < (std::int64_t{1} << 15), {{"input", x}},
      "the factor is {}; at least 1 and below 2^15 is needed [value-out-of-range]", factor);
  return {x.size(-3), x.size(-2), x.size(-1)};
}

// The last three dimensions of x as these five, which are permuted and joined to three.
Tensor rearranged(const Tensor& x, const Shape& split, const Dims& order, const Shape& joined) {
  const std::size_t front = x.shape().size() - 3;
  const auto in_front_of = [&](const Shape& last) {
    Shape shape = x.shape();
    shape.resize(front);
    for (const std::int64_t size : last) {
      shape.push_back(size);
    }
    return shape;
  };
  Dims dims = Dims::filled(front, 0);
  std::iota(dims.begin(), dims.end(), 0);
  for (const std::int64_t d : order) {
    dims.push_back(static_cast<std::int64_t>(front) + d);
  }
  return reshape(permute(reshape(x, in_front_of(split)), dims), in_front_of(joined));
}

}  // namespace

Tensor pixel_shuffle(const Tensor& x, std::int64_t upscale_factor, Where where) {
  const Call call("pixel_shuffle", where, x, upscale_factor);
  const std::int64_t r = upscale_factor;
  const auto [channels, height, width] = check_shuffle(call, x, r);
  check::require<ShapeError>(call, channels % (r * r) == 0, {{"input", x}},
                             "the {} channels do not split into blocks of {} x {} [groups-uneven]",
                             channels, r, r);
  const std::int64_t kept = channels / (r * r);
  return call.result(
      rearranged(x, {kept, r, r, height, width}, {0, 3, 1, 4, 2}, {kept, height * r, width * r}));
}

Tensor pixel_unshuffle(const Tensor& x, std::int64_t downscale_factor, Where where) {
  const Call call("pixel_unshuffle", where, x, downscale_factor);
  const std::int64_t r = downscale_factor;
  const auto [channels, height, width] = check_shuffle(call, x, r);
  check::require<ShapeError>(call, height % r == 0 && width % r == 0, {{"input", x}},
                             "the image does not split into blocks of {} x {} [groups-uneven]", r,
                             r);
  return call.result(rearranged(x, {channels, height / r, r, width / r, r}, {0, 2, 4, 1, 3},
                                {channels * r * r, height / r, width / r}));
}

}  // namespace retrograd
