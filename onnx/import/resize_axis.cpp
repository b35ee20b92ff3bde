#include <algorithm>
#include <cmath>

#include <retrograd/onnx/import/resize.h>

namespace retrograd::onnx::detail {

namespace {

// The position in the input of position i of the result.
double original(std::int64_t i, const ResizedAxis& axis, const std::string& mode) {
  const auto at = static_cast<double>(i);
  const auto in = static_cast<double>(axis.in);
  const double out = axis.scale * in;  // not rounded, as in the standard's formulas
  if (mode == "align_corners") {
    return axis.out == 1 || out == 1 ? 0 : at * (in - 1) / (out - 1);
  }
  if (mode == "asymmetric") {
    return at / axis.scale;
  }
  if (mode == "tf_half_pixel_for_nn") {
    return (at + 0.5) / axis.scale;
  }
  if (mode == "tf_crop_and_resize") {
    return axis.out > 1
               ? axis.start * (in - 1) + at * (axis.end - axis.start) * (in - 1) / (out - 1)
               : 0.5 * (axis.start + axis.end) * (in - 1);
  }
  const double half_pixel = (at + 0.5) / axis.scale - 0.5;
  if (mode == "pytorch_half_pixel") {
    return axis.out > 1 ? half_pixel : 0;
  }
  if (mode == "half_pixel_symmetric") {
    const double adjustment = static_cast<double>(axis.out) / out;
    return in / 2 * (1 - adjustment) + half_pixel;
  }
  return half_pixel;
}

std::int64_t nearest(double at, const std::string& mode) {
  const double whole = mode == "floor"               ? std::floor(at)
                       : mode == "ceil"              ? std::ceil(at)
                       : mode == "round_prefer_ceil" ? std::floor(at + 0.5)
                                                     : std::ceil(at - 0.5);
  return static_cast<std::int64_t>(whole);
}

double cubic(double x, double a) {
  x = std::abs(x);
  if (x <= 1) {
    return (a + 2) * x * x * x - (a + 3) * x * x + 1;
  }
  return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0;
}

// Adds the weights of the inputs of one position.
void add_weights(double at, const ResizedAxis& axis, const ResizeOptions& options, double* row) {
  const double scale = options.antialias ? std::min(axis.scale, 1.0) : 1;
  const double reach = options.mode == "linear" ? 1 : 2;
  const double first = std::floor(at) + std::floor(-reach / scale) + 1;
  const double last = std::floor(at) + 1 - std::floor(-reach / scale);
  double sum = 0;
  std::vector<std::pair<std::int64_t, double>> weights;
  for (double i = first; i <= last; ++i) {
    const double distance = scale * (i - at);
    const double weight = options.mode == "linear" ? std::max(1 - std::abs(distance), 0.0)
                                                   : cubic(distance, options.cubic_a);
    const auto place = static_cast<std::int64_t>(i);
    if (options.excludes_outside && (place < 0 || place >= axis.in)) {
      continue;
    }
    weights.emplace_back(std::clamp<std::int64_t>(place, 0, axis.in - 1), weight);
    sum += weight;
  }
  for (const auto& [place, weight] : weights) {
    row[place] += weight / sum;
  }
}

}  // namespace

Tensor resize_axis(const Tensor& x, const ResizedAxis& axis, const ResizeOptions& options) {
  const bool crops = options.coordinates == "tf_crop_and_resize";
  const auto is_outside = [&](double at) {
    return crops && (at < 0 || at > static_cast<double>(axis.in - 1));
  };
  std::vector<double> outside(static_cast<std::size_t>(axis.out), 0);
  Tensor y;
  if (options.mode == "nearest") {
    Ints indices;
    for (std::int64_t i = 0; i < axis.out; ++i) {
      const double at = original(i, axis, options.coordinates);
      outside[static_cast<std::size_t>(i)] = is_outside(at) ? 1 : 0;
      indices.push_back(std::clamp<std::int64_t>(nearest(at, options.nearest), 0, axis.in - 1));
    }
    y = index_select(x, axis.axis, constant_ints(indices));
  } else {
    const auto width = static_cast<std::size_t>(axis.in);
    std::vector<double> weights(static_cast<std::size_t>(axis.out) * width, 0);
    for (std::int64_t i = 0; i < axis.out; ++i) {
      const double at = original(i, axis, options.coordinates);
      outside[static_cast<std::size_t>(i)] = is_outside(at) ? 1 : 0;
      add_weights(at, axis, options, weights.data() + static_cast<std::size_t>(i) * width);
    }
    const Tensor matrix = constant([&] {
      return reshape(tensor(weights, {.dtype = x.dtype()}), {axis.out, axis.in});
    });
    y = move_back(linear(move_last(x, axis.axis), matrix), axis.axis);
  }
  if (std::ranges::find(outside, 1) == outside.end()) {
    return y;
  }
  const Tensor mask = constant([&] {
    Shape beside = Shape::filled(x.shape().size(), 1);
    beside[static_cast<std::size_t>(axis.axis)] = axis.out;
    return reshape(tensor(outside, {.dtype = DType::float64}), beside).to(DType::boolean);
  });
  return where(mask, options.extrapolation, y);
}

Tensor resize_by_library(const Tensor& x, const std::vector<ResizedAxis>& axes,
                         const ResizeOptions& options) {
  if (!is_floating(x.dtype()) || x.dim() < 3 || x.dim() > 5 || options.excludes_outside ||
      options.antialias ||
      (options.mode == "cubic" && (x.dim() != 4 || options.cubic_a != -0.75))) {
    return {};
  }
  const bool corners = options.coordinates == "align_corners";
  const bool halves =
      options.coordinates == "half_pixel" || options.coordinates == "pytorch_half_pixel";
  Shape size(std::span(x.shape().begin() + 2, x.shape().end()));
  for (const ResizedAxis& axis : axes) {
    if (axis.is_same()) {
      continue;
    }
    const bool is_exact =
        axis.scale * static_cast<double>(axis.in) == static_cast<double>(axis.out);
    const bool is_multiple = is_exact && axis.out % axis.in == 0;
    const bool is_first = (options.coordinates == "asymmetric" && options.nearest == "floor") ||
                          (halves && options.nearest == "round_prefer_floor");
    if (axis.axis < 2 || !is_exact || axis.out < 2 ||
        (options.mode == "nearest" ? !is_multiple || !is_first : !corners && !halves)) {
      return {};
    }
    size[static_cast<std::size_t>(axis.axis - 2)] = axis.out;
  }
  const InterpolateMode linear = x.dim() == 3   ? InterpolateMode::linear
                                 : x.dim() == 4 ? InterpolateMode::bilinear
                                                : InterpolateMode::trilinear;
  const InterpolateMode mode = options.mode == "nearest" ? InterpolateMode::nearest
                               : options.mode == "cubic" ? InterpolateMode::bicubic
                                                         : linear;
  return interpolate(x, {.size = size, .mode = mode, .align_corners = corners});
}

}  // namespace retrograd::onnx::detail
