// Images of another size.
#include <retrograd/onnx/import/resize.h>

#include <algorithm>
#include <cmath>

namespace retrograd::onnx::detail {

namespace {

// The axes, with lengths of the result by `scales` or, where these are empty, by `sizes`.
std::vector<ResizedAxis> resized_axes(const NodeCall& call, const Ints& axes,
                                      const std::vector<double>& scales, const Ints& sizes) {
  const Tensor& x = call.in(0);
  if ((scales.empty() ? sizes.size() : scales.size()) != axes.size()) {
    call.refuse("{} scales and {} sizes for {} axes [onnx-input]", scales.size(), sizes.size(),
                axes.size());
  }
  std::vector<ResizedAxis> list;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    ResizedAxis one{.axis = axes[i], .in = x.size(axes[i])};
    const auto in = static_cast<double>(one.in);
    if (scales.empty()) {
      one.out = sizes[i];
      one.scale = static_cast<double>(one.out) / in;
    } else {
      one.scale = scales[i];
      one.out = static_cast<std::int64_t>(std::floor(in * one.scale));
    }
    if (one.out < 0 || (one.in == 0 && one.out != 0) || !(one.scale > 0 || one.out == 0)) {
      call.refuse("length {} cannot become {} [onnx-input]", one.in, one.out);
    }
    list.push_back(one);
  }
  return list;
}

// One scale for all axes, the smallest or the largest.
void keep_aspect_ratio(const std::string& policy, std::vector<ResizedAxis>& axes) {
  if (policy != "not_larger" && policy != "not_smaller") {
    return;
  }
  const auto by_scale = [](const ResizedAxis& a, const ResizedAxis& b) {
    return a.scale < b.scale;
  };
  const double scale = (policy == "not_larger" ? std::ranges::min_element(axes, by_scale)
                                               : std::ranges::max_element(axes, by_scale))
                           ->scale;
  for (ResizedAxis& axis : axes) {
    axis.scale = scale;
    axis.out = static_cast<std::int64_t>(std::floor(scale * static_cast<double>(axis.in) + 0.5));
  }
}

Tensor resized(const Tensor& x, const std::vector<ResizedAxis>& axes,
               const ResizeOptions& options) {
  if (Tensor y = resize_by_library(x, axes, options); y.defined()) {
    return y;
  }
  const bool crops = options.coordinates == "tf_crop_and_resize";
  Tensor y = is_floating(x.dtype()) || options.mode == "nearest" ? x : x.to(DType::float64);
  for (const ResizedAxis& axis : axes) {
    const bool is_whole = axis.start == 0 && axis.end == 1;
    if (!axis.is_same() || (crops && !is_whole)) {
      y = resize_axis(y, axis, options);
    }
  }
  return y.dtype() == x.dtype() ? y : round(y).to(x.dtype());
}

Ints all_axes(const Tensor& x) {
  Ints axes(static_cast<std::size_t>(x.dim()));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Outputs resize(NodeCall& call) {
  const Tensor& x = call.in(0);
  ResizeOptions options{.mode = call.text("mode", "nearest")};
  if (call.opset() < 11) {
    options.coordinates = "asymmetric";
    options.nearest = "floor";
    return {resized(x, resized_axes(call, all_axes(x), call.numbers(1), {}), options)};
  }
  options.coordinates = call.text("coordinate_transformation_mode", "half_pixel");
  options.nearest = call.text("nearest_mode", "round_prefer_floor");
  options.cubic_a = call.number("cubic_coeff_a", -0.75);
  options.excludes_outside = call.integer("exclude_outside", 0) != 0;
  options.antialias = call.integer("antialias", 0) != 0;
  options.extrapolation = call.number("extrapolation_value", 0);
  Ints axes = call.has_attribute("axes") ? call.integers("axes") : all_axes(x);
  for (std::int64_t& axis : axes) {
    axis = call.axis(axis, x.dim());
  }
  const bool by_scales = call.has(2) && call.in(2).numel() > 0;
  std::vector<ResizedAxis> list = by_scales ? resized_axes(call, axes, call.numbers(2), {})
                                            : resized_axes(call, axes, {}, call.ints(3));
  if (!by_scales) {
    keep_aspect_ratio(call.text("keep_aspect_ratio_policy", "stretch"), list);
  }
  if (options.coordinates == "tf_crop_and_resize") {
    const std::vector<double> roi = call.numbers(1);
    if (roi.size() != 2 * list.size()) {
      call.refuse("a region of {} numbers for {} axes [onnx-input]", roi.size(), list.size());
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      list[i].start = roi[i];
      list[i].end = roi[i + list.size()];
    }
  }
  return {resized(x, list, options)};
}

Outputs upsample_by(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::vector<double> scales = call.opset() < 9 ? call.floats("scales") : call.numbers(1);
  const std::string mode = call.text("mode", "nearest");
  return {resized(x, resized_axes(call, all_axes(x), scales, {}),
                  {.mode = mode == "bilinear" ? "linear" : mode,
                   .coordinates = "asymmetric",
                   .nearest = "floor"})};
}

constexpr Importer importers[] = {
    {"Resize", resize},
    {"Upsample", upsample_by},
};

}  // namespace

std::span<const Importer> resize_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
