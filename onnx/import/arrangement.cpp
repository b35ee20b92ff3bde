// Elements in another order, and padding.
#include <algorithm>

#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

// The index of each element of an axis that is padded.
Ints padded_indices(std::int64_t length, std::int64_t before, std::int64_t after,
                    const std::string& mode) {
  Ints indices;
  for (std::int64_t i = -before; i < length + after; ++i) {
    std::int64_t at = i;
    if (mode == "edge") {
      at = std::clamp<std::int64_t>(i, 0, length - 1);
    } else if (mode == "wrap") {
      at = ((i % length) + length) % length;
    } else {  // mirrored at the first and last element, as often as needed
      const std::int64_t period = std::max<std::int64_t>(2 * (length - 1), 1);
      at = ((i % period) + period) % period;
      at = std::min(at, period - at);
      at = length == 1 ? 0 : at;
    }
    indices.push_back(at);
  }
  return indices;
}

// The library's own modes take the last three dimensions of images.
Tensor pad_by_elements(const NodeCall& call, const Tensor& x, const Ints& before, const Ints& after,
                       const std::string& mode) {
  Tensor y = x;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto dim = static_cast<std::int64_t>(i);
    if (before[i] != 0 || after[i] != 0) {
      if (x.size(dim) == 0) {
        call.refuse("dimension {} has no element to pad with [onnx-input]", dim);
      }
      y = index_select(y, dim,
                       constant_ints(padded_indices(x.size(dim), before[i], after[i], mode)));
    }
  }
  return y;
}

bool takes_library_mode(const Tensor& x, const Ints& before, const Ints& after,
                        const std::string& mode) {
  bool fits = is_floating(x.dtype()) && x.dim() >= 3 && x.dim() <= 5;
  for (std::size_t i = 0; fits && i < before.size(); ++i) {
    const std::int64_t most = std::max(before[i], after[i]);
    const std::int64_t least = std::min(before[i], after[i]);
    const std::int64_t length = x.shape()[i];
    fits = i < 2 ? most == 0 && least == 0
                 : least >= 0 && (mode == "edge"   ? length > 0
                                  : mode == "wrap" ? most <= length
                                                   : most < length);
  }
  return fits;
}

Outputs pad_to(NodeCall& call) {
  const Tensor& x = call.in(0);
  const auto rank = static_cast<std::size_t>(x.dim());
  const Ints pads = call.opset() < 11 ? call.integers("pads") : call.ints(1);
  Ints axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (call.has(3)) {
    axes = call.ints(3);
  }
  if (pads.size() != 2 * axes.size()) {
    call.refuse("{} pads for {} axes [onnx-input]", pads.size(), axes.size());
  }
  Ints before(rank, 0);
  Ints after(rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(call.axis(axes[i], x.dim()));
    before[axis] = pads[i];
    after[axis] = pads[i + axes.size()];
  }
  const std::string mode = call.text("mode", "constant");
  const bool by_library = mode == "constant" || takes_library_mode(x, before, after, mode);
  if (!by_library) {
    return {pad_by_elements(call, x, before, after, mode)};
  }
  Ints padding;
  for (std::size_t i = rank; i-- > (mode == "constant" ? 0 : 2);) {
    padding.push_back(before[i]);
    padding.push_back(after[i]);
  }
  Scalar value = call.opset() < 11 ? Scalar(call.number("value", 0)) : Scalar(0);
  if (mode == "constant" && call.has(2)) {
    value = is_floating(x.dtype()) ? Scalar(call.one_number(2)) : Scalar(call.one_int(2));
  }
  const PaddingMode kind = mode == "reflect" ? PaddingMode::reflect
                           : mode == "edge"  ? PaddingMode::replicate
                           : mode == "wrap"  ? PaddingMode::circular
                                             : PaddingMode::constant;
  return {pad(x, padding, {.mode = kind, .value = value})};
}

Shape image_shape(const NodeCall& call) {
  const Shape& shape = call.in(0).shape();
  const std::int64_t size = call.integer("blocksize", 0);
  constexpr std::int64_t kMost = std::int64_t{1} << 30;  // its square is no overflow
  if (shape.size() != 4 || size < 1 || size > kMost) {
    call.refuse("blocks of {} of an input of {} dimensions [onnx-input]", size, shape.size());
  }
  return shape;
}

Outputs depth_to_space(NodeCall& call) {
  const Shape s = image_shape(call);
  const std::int64_t b = call.integer("blocksize", 1);
  const std::int64_t depth = s[1] / (b * b);
  const bool is_crd = call.text("mode", "DCR") == "CRD";
  if (is_crd) {
    return {pixel_shuffle(call.in(0), b)};
  }
  const Tensor parts =
      permute(reshape(call.in(0), {s[0], b, b, depth, s[2], s[3]}), {0, 3, 4, 1, 5, 2});
  return {reshape(parts, {s[0], depth, s[2] * b, s[3] * b})};
}

Outputs space_to_depth(NodeCall& call) {
  const Shape s = image_shape(call);
  const std::int64_t b = call.integer("blocksize", 1);
  const Tensor parts =
      permute(reshape(call.in(0), {s[0], s[1], s[2] / b, b, s[3] / b, b}), {0, 3, 5, 1, 2, 4});
  return {reshape(parts, {s[0], b * b * s[1], s[2] / b, s[3] / b})};
}

// Each sequence is reversed up to its own length.
Outputs reverse_sequence(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t batch = call.axis(call.integer("batch_axis", 1), x.dim());
  const std::int64_t time = call.axis(call.integer("time_axis", 0), x.dim());
  const Ints lengths = call.ints(1);
  const std::int64_t steps = x.size(time);
  Ints sources;
  for (std::int64_t t = 0; t < steps; ++t) {
    for (const std::int64_t length : lengths) {
      sources.push_back(t < length ? length - 1 - t : t);
    }
  }
  const auto count = static_cast<std::int64_t>(lengths.size());
  if (count != x.size(batch) || batch == time) {
    call.refuse("{} lengths for {} sequences [onnx-input]", count, x.size(batch));
  }
  const Tensor index = constant([&] {
    Shape beside = Shape::filled(x.shape().size(), 1);
    beside[static_cast<std::size_t>(time)] = steps;
    beside[static_cast<std::size_t>(batch)] = count;
    const Tensor table = reshape(tensor(sources, {.dtype = DType::int64}), {steps, count});
    const Tensor turned = time < batch ? table : transpose(table, 0, 1);
    return expand(reshape(turned, beside), x.shape());
  });
  return {gather(x, time, index)};
}

Outputs triangle(NodeCall& call) {
  const std::int64_t k = call.has(1) ? call.one_int(1) : 0;
  const bool is_upper = call.integer("upper", 1) != 0;
  return {is_upper ? triu(call.in(0), k) : tril(call.in(0), k)};
}

constexpr Importer importers[] = {
    {"DepthToSpace", depth_to_space}, {"Pad", pad_to},     {"ReverseSequence", reverse_sequence},
    {"SpaceToDepth", space_to_depth}, {"Trilu", triangle},
};

}  // namespace

std::span<const Importer> arrangement_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
