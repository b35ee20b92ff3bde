// Images in other sizes, and windows as columns.
#include <algorithm>

#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/internal/arguments.h>
#include <retrograd/ops/resample.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

InterpolateOptions options_of(const Step& s) {
  const Arguments& all = s.call().arguments;
  const Arguments rest(all.begin() + 1, all.end());
  ArgumentReader reader(rest);
  return reader.read<InterpolateOptions>();
}

// An interpolation of one spatial dimension as a matrix (in, out).
Tensor weights(InterpolateOptions options, std::size_t rank, std::size_t d, std::int64_t in,
               std::int64_t out) {
  Shape shape = Shape::filled(rank + 2, 1);
  shape[0] = in;
  shape[d + 2] = in;
  const std::vector<double> given = options.scale_factor.values();
  if (given.empty() || options.recompute_scale_factor) {
    options.scale_factor = {};
    options.size = Shape::filled(rank, 1);
    options.size[d] = out;
  } else {
    std::vector<double> factors(rank, 1.0);
    factors[d] = given[given.size() == 1 ? 0 : d];
    options.scale_factor = ScaleFactor(factors);
  }
  options.recompute_scale_factor = false;
  const Tensor unit = reshape(eye(in, {}, {.dtype = float64}), shape);
  return reshape(interpolate(unit, options), {in, out});
}

// One matrix a dimension.
Value by_matrices(Builder& b, const Step& s, const InterpolateOptions& options) {
  const std::size_t rank = s.rank(0) - 2;
  Value x = s.in(0);
  for (std::size_t d = 0; d < rank; ++d) {
    const std::int64_t in = s.length(0, static_cast<std::int64_t>(d) + 2);
    const std::int64_t out = s.out_shape()[d + 2].value;
    const Value matrix = b.constant(weights(options, rank, d, in, out).to(s.out_dtype()));
    Ints order;
    for (std::size_t i = 0; i < rank + 2; ++i) {
      order.push_back(static_cast<std::int64_t>(i));
    }
    std::swap(order[d + 2], order[rank + 1]);
    x = b.permuted(b.node("MatMul", {b.permuted(x, order), matrix}), order);
  }
  return x;
}

// Whether the nearest elements are those of whole blocks or steps, which all programs find alike.
bool is_whole(const Step& s) {
  for (std::size_t d = 2; d < s.rank(0); ++d) {
    const std::int64_t in = s.length(0, static_cast<std::int64_t>(d));
    const std::int64_t out = s.out_shape()[d].value;
    if (out % in != 0 && in % out != 0) {
      return false;
    }
  }
  return true;
}

// The scales or the sizes of Resize, the third and the fourth input.
Values targets(Builder& b, const Step& s, const InterpolateOptions& options) {
  const std::vector<double> given = options.scale_factor.values();
  const bool by_factors = !given.empty() && !options.recompute_scale_factor;
  if (!by_factors && !is_whole(s)) {
    return {"", b.counts(s.out_shape())};
  }
  std::vector<float> scales{1, 1};
  for (std::size_t d = 0; d + 2 < s.rank(0); ++d) {
    const auto in = static_cast<double>(s.length(0, static_cast<std::int64_t>(d) + 2));
    const double factor = by_factors ? given[given.size() == 1 ? 0 : d]
                                     : static_cast<double>(s.out_shape()[d + 2].value) / in;
    scales.push_back(static_cast<float>(factor));
  }
  return {b.constant(tensor(scales)), ""};
}

Values resize(Builder& b, const Step& s, const Row& /*row*/) {
  const InterpolateOptions options = options_of(s);
  const bool is_nearest =
      options.mode == InterpolateMode::nearest || options.mode == InterpolateMode::nearest_exact;
  if (options.antialias || options.mode == InterpolateMode::area || (is_nearest && !is_whole(s))) {
    return {by_matrices(b, s, options)};
  }
  Attributes attributes;
  if (is_nearest) {
    const bool is_exact = options.mode == InterpolateMode::nearest_exact;
    attributes = {with("coordinate_transformation_mode", is_exact ? "half_pixel" : "asymmetric"),
                  with("mode", "nearest"),
                  with("nearest_mode", is_exact ? "round_prefer_ceil" : "floor")};
  } else {
    const bool is_cubic = options.mode == InterpolateMode::bicubic;
    attributes = {with("coordinate_transformation_mode",
                       options.align_corners ? "align_corners" : "half_pixel"),
                  with("mode", is_cubic ? "cubic" : "linear")};
    if (is_cubic) {
      attributes.push_back(with("cubic_coeff_a", -0.75));
    }
  }
  const Values to = targets(b, s, options);
  return {b.node("Resize", {s.in(0), "", to[0], to[1]}, attributes)};
}

bool is_image(const TraceEntry& entry) {
  return std::get<Tensor>(entry.arguments.at(0)).dim() == 4;
}

// x, upscale_factor.
Values pixel_shuffle(Builder& b, const Step& s, const Row& /*row*/) {
  return {
      b.node("DepthToSpace", {s.in(0)}, {with("blocksize", s.integer(1)), with("mode", "CRD")})};
}

// x, grid; mode, padding_mode, align_corners.
Values grid_sample(Builder& b, const Step& s, const Row& /*row*/) {
  if (s.rank(0) != 4) {
    throw Refused{"GridSample is for images of two dimensions"};
  }
  const auto mode = static_cast<InterpolateMode>(s.integer(2));
  const auto padding = static_cast<GridPadding>(s.integer(3));
  return {b.node("GridSample", {s.in(0), s.in(1)},
                 {with("align_corners", s.flag(4) ? 1 : 0),
                  with("mode", mode == InterpolateMode::nearest   ? "nearest"
                               : mode == InterpolateMode::bicubic ? "bicubic"
                                                                  : "bilinear"),
                  with("padding_mode", padding == GridPadding::zeros    ? "zeros"
                                       : padding == GridPadding::border ? "border"
                                                                        : "reflection")})};
}

// Filters that each pick one position of a window, for each of the channels.
Tensor pickers(std::int64_t channels, const Ints& kernel, DType dtype) {
  const std::int64_t count = kernel[0] * kernel[1];
  const Tensor one = reshape(eye(count, {}, {.dtype = dtype}), {count, 1, kernel[0], kernel[1]});
  return repeat(one, {channels, 1, 1, 1});
}

// x, kernel_size; dilation, padding, stride.
Values unfold(Builder& b, const Step& s, const Row& /*row*/) {
  const bool has_batch = s.rank(0) == 4;
  const Value x = has_batch ? s.in(0) : b.node("Unsqueeze", {s.in(0), b.ints({0})});
  const Ints kernel = s.ints(1);
  const std::int64_t channels = s.length(0, -3);
  const Value columns =
      b.node("Conv", {x, b.constant(pickers(channels, kernel, s.out_dtype()))},
             {with("dilations", s.ints(2)), with("group", channels), with("kernel_shape", kernel),
              with("pads", twice(s.ints(3))), with("strides", s.ints(4))});
  return {b.reshaped(columns, s.out_shape())};
}

// columns, output_size, kernel_size; dilation, padding, stride.
Values fold(Builder& b, const Step& s, const Row& /*row*/) {
  const Ints size = s.ints(1);
  const Ints kernel = s.ints(2);
  const Ints dilation = s.ints(3);
  const Ints padding = s.ints(4);
  const Ints stride = s.ints(5);
  const std::int64_t filters = s.length(0, -2);
  Ints windows;
  Ints left;
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t over = size[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1;
    windows.push_back(over / stride[d] + 1);
    left.push_back(over % stride[d]);
  }
  const Count batch = s.rank(0) == 3 ? s.shape(0)[0] : Count{1};
  const Value x = b.reshaped(s.in(0), {batch, {filters}, {windows[0]}, {windows[1]}});
  const std::int64_t channels = filters / (kernel[0] * kernel[1]);
  const Value image =
      b.node("ConvTranspose", {x, b.constant(pickers(channels, kernel, s.out_dtype()))},
             {with("dilations", dilation), with("group", channels), with("kernel_shape", kernel),
              with("output_padding", left), with("pads", twice(padding)), with("strides", stride)});
  return {b.reshaped(image, s.out_shape())};
}

constexpr Row kRows[] = {
    {"fold", fold},          {"grid_sample", grid_sample},
    {"interpolate", resize}, {"pixel_shuffle", pixel_shuffle, "", is_image},
    {"unfold", unfold},
};

}  // namespace

std::span<const Row> image_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
