// Reading of elements by position.
#include <algorithm>

#include <retrograd/onnx/import/common.h>
#include <retrograd/onnx/import/positions.h>

namespace retrograd::onnx::detail {

Tensor from_front(const Value& index, std::int64_t length) {
  const auto make = [&] {
    const Tensor whole = index.tensor.to(DType::int64);
    return where(whole < 0, whole + length, whole);
  };
  return index.is_known ? constant(make) : make();
}

Tensor flat_positions(const NodeCall& call, const Value& index, const Shape& shape,
                      std::size_t first) {
  const auto make = [&] {
    const Tensor whole = index.tensor.to(DType::int64);
    const auto count = static_cast<std::size_t>(whole.size(-1));
    Tensor flat;
    std::int64_t step = 1;
    for (std::size_t k = count; k-- > 0;) {
      const std::int64_t length = shape[first + k];
      const Tensor part = select(whole, -1, static_cast<std::int64_t>(k));
      const Tensor position = where(part < 0, part + length, part) * step;
      flat = flat.defined() ? flat + position : position;
      step *= length;
    }
    return flat;
  };
  if (index.tensor.dim() < 1 || index.tensor.size(-1) < 1 ||
      first + static_cast<std::size_t>(index.tensor.size(-1)) > shape.size()) {
    call.refuse("positions of {} dimensions do not fit [onnx-input]", index.tensor.dim());
  }
  return index.is_known ? constant(make) : make();
}

namespace {

// Start, end and step of one axis, cut as ONNX does.
Tensor slice_axis(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t end,
                  std::int64_t step) {
  const std::int64_t length = x.size(axis);
  if (step > 0) {
    return slice(x, axis, start, end, step);
  }
  start = std::clamp<std::int64_t>(start < 0 ? start + length : start, -1, length - 1);
  end = std::clamp<std::int64_t>(end < 0 ? std::max<std::int64_t>(end, -length - 1) + length : end,
                                 -1, length);
  const std::int64_t distance = start - end;
  const std::int64_t stride = step == std::numeric_limits<std::int64_t>::min()
                                  ? std::numeric_limits<std::int64_t>::max()
                                  : -step;
  const std::int64_t count = distance > 0 ? (distance - 1) / stride + 1 : 0;
  if (count == 0) {
    return slice(x, axis, 0, 0);
  }
  const std::int64_t last = start - (count - 1) * stride;
  return flip(slice(x, axis, last, start + 1, stride), axis);
}

Outputs slice_of(NodeCall& call) {
  Tensor y = call.in(0);
  const bool by_inputs = call.opset() >= 10;
  const Ints starts = by_inputs ? call.ints(1) : call.integers("starts");
  const Ints ends = by_inputs ? call.ints(2) : call.integers("ends");
  Ints axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  Ints steps(starts.size(), 1);
  if (by_inputs && call.has(3)) {
    axes = call.ints(3);
  } else if (!by_inputs && call.has_attribute("axes")) {
    axes = call.integers("axes");
  }
  if (by_inputs && call.has(4)) {
    steps = call.ints(4);
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size() || std::ranges::find(steps, 0) != steps.end()) {
    call.refuse("starts, ends, axes and steps do not fit each other [onnx-input]");
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    y = slice_axis(y, call.axis(axes[i], y.dim()), starts[i], ends[i], steps[i]);
  }
  return {y};
}

Outputs gather_slices(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t axis = call.axis(call.integer("axis", 0), x.dim());
  const Tensor index = from_front(call.value(1), x.size(axis));
  if (index.dim() == 1) {
    return {index_select(x, axis, index)};
  }
  Shape shape(std::span(x.shape().begin(), static_cast<std::size_t>(axis)));
  for (const std::int64_t length : index.shape()) {
    shape.push_back(length);
  }
  for (std::int64_t dim = axis + 1; dim < x.dim(); ++dim) {
    shape.push_back(x.size(dim));
  }
  return {reshape(index_select(x, axis, flatten(index)), shape)};
}

Outputs gather_elements(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t axis = call.axis(call.integer("axis", 0), x.dim());
  return {gather(x, axis, from_front(call.value(1), x.size(axis)))};
}

Outputs gather_nd(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Tensor& index = call.in(1);
  const std::int64_t batch_dims = call.integer("batch_dims", 0);
  if (batch_dims < 0 || batch_dims >= std::min(x.dim(), index.dim())) {
    call.refuse("batch_dims is {} for inputs of {} and {} dimensions [onnx-input]", batch_dims,
                x.dim(), index.dim());
  }
  const auto batch = static_cast<std::size_t>(batch_dims);
  Tensor flat = flat_positions(call, call.value(1), x.shape(), batch);
  const std::size_t end = batch + static_cast<std::size_t>(index.size(-1));
  const std::int64_t batches = product(x.shape(), 0, batch);
  const std::int64_t inner = product(x.shape(), batch, end);
  const std::int64_t rest = product(x.shape(), end, x.shape().size());
  flat = reshape(flat, {batches, batches > 0 ? flat.numel() / batches : 0});
  if (batch > 0) {
    flat = flat + constant([&] { return unsqueeze(arange(batches) * inner, 1); });
  }
  Shape shape(std::span(index.shape().begin(), index.shape().size() - 1));
  for (std::size_t dim = end; dim < x.shape().size(); ++dim) {
    shape.push_back(x.shape()[dim]);
  }
  const Tensor rows = reshape(x, {batches * inner, rest});
  return {reshape(index_select(rows, 0, flatten(flat)), shape)};
}

// The number of elements depends on data.
Outputs non_zero(NodeCall& call) {
  if (!call.is_known(0)) {
    call.translation().read_data();
  }
  return {transpose(nonzero(call.in(0)), 0, 1)};
}

Outputs compress(NodeCall& call) {
  const bool is_flat = !call.has_attribute("axis");
  const Tensor x = is_flat ? flatten(call.in(0)) : call.in(0);
  const std::int64_t axis = is_flat ? 0 : call.axis(call.integer("axis", 0), x.dim());
  const Ints condition = call.ints(1);
  Ints kept;
  for (std::size_t i = 0; i < condition.size(); ++i) {
    if (condition[i] != 0) {
      kept.push_back(static_cast<std::int64_t>(i));
    }
  }
  return {index_select(x, axis, constant_ints(kept))};
}

constexpr Importer importers[] = {
    {"Compress", compress},  {"Gather", gather_slices}, {"GatherElements", gather_elements},
    {"GatherND", gather_nd}, {"NonZero", non_zero},     {"Slice", slice_of},
};

}  // namespace

std::span<const Importer> index_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
