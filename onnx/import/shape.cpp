// Shapes, and views of another shape.
#include <algorithm>

#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

Outputs shape_of(NodeCall& call) {
  const Ints shape = to_vector(call.in(0).shape());
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto bound = [&](std::string_view name, std::int64_t otherwise) {
    const std::int64_t value = call.integer(name, otherwise);
    return std::clamp<std::int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  const std::int64_t start = bound("start", 0);
  const std::int64_t end = std::max(bound("end", rank), start);
  return {known(Ints(shape.begin() + start, shape.begin() + end))};
}

Outputs size_of(NodeCall& call) {
  return {known(constant([&] { return tensor(call.in(0).numel()); }))};
}

Outputs reshape_to(NodeCall& call) {
  const Tensor& x = call.in(0);
  Ints wanted = call.ints(1);
  if (call.integer("allowzero", 0) == 0) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] == 0) {
        if (i >= x.shape().size()) {
          call.refuse("dimension {} is to stay, but the input has {} [onnx-input]", i, x.dim());
        }
        wanted[i] = x.shape()[i];
      }
    }
  }
  return {reshape(x, Shape(wanted))};
}

Outputs flatten_to_matrix(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t given = call.integer("axis", 1);
  const auto axis = static_cast<std::size_t>(given == x.dim() ? given : call.axis(given, x.dim()));
  return {reshape(x, {product(x.shape(), 0, axis), product(x.shape(), axis, x.shape().size())})};
}

Outputs squeeze_axes(NodeCall& call) {
  const Tensor& x = call.in(0);
  std::optional<Ints> axes = call.axes(1);
  Shape shape;
  if (axes) {
    for (std::int64_t& axis : *axes) {
      axis = call.axis(axis, x.dim());
      if (x.size(axis) != 1) {
        call.refuse("dimension {} has length {}, not 1 [onnx-input]", axis, x.size(axis));
      }
    }
  }
  for (std::int64_t dim = 0; dim < x.dim(); ++dim) {
    const bool dropped = axes ? std::ranges::find(*axes, dim) != axes->end() : x.size(dim) == 1;
    if (!dropped) {
      shape.push_back(x.size(dim));
    }
  }
  return {reshape(x, shape)};
}

Outputs unsqueeze_axes(NodeCall& call) {
  const Tensor& x = call.in(0);
  Ints axes = call.axes(1).value_or(Ints());
  const std::int64_t rank = x.dim() + static_cast<std::int64_t>(axes.size());
  for (std::int64_t& axis : axes) {
    axis = call.axis(axis, rank);
  }
  std::ranges::sort(axes);
  Tensor y = x;
  for (const std::int64_t axis : axes) {
    y = unsqueeze(y, axis);
  }
  return {y};
}

Outputs transpose_axes(NodeCall& call) {
  const Tensor& x = call.in(0);
  Ints order = call.integers("perm");
  if (!call.has_attribute("perm")) {
    for (std::int64_t dim = x.dim(); dim-- > 0;) {
      order.push_back(dim);
    }
  }
  return {permute(x, Dims(order))};
}

// Both ways: lengths of 1 of either broadcast.
Outputs expand_to(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Ints wanted = call.ints(1);
  const std::size_t rank = std::max(wanted.size(), x.shape().size());
  Shape shape = Shape::filled(rank, 1);
  std::copy(wanted.begin(), wanted.end(), shape.end() - wanted.size());
  for (std::size_t i = 0; i < x.shape().size(); ++i) {
    std::int64_t& length = shape[rank - x.shape().size() + i];
    length = length == 1 ? x.shape()[i] : length;
  }
  return {expand(x, shape)};
}

Outputs tile_by(NodeCall& call) {
  return {tile(call.in(0), Dims(call.ints(1)))};
}

Outputs concat(NodeCall& call) {
  std::vector<Tensor> parts;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    parts.push_back(call.in(i));
  }
  return {cat(parts, call.axis(call.integer("axis", 1), call.in(0).dim()))};
}

Outputs split_into(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t axis = call.axis(call.integer("axis", 0), x.dim());
  Ints sizes = call.has(1) ? call.ints(1) : call.integers("split");
  if (sizes.empty()) {
    // The last part is the smallest.
    const auto count = static_cast<std::int64_t>(call.output_count());
    const std::int64_t size = (x.size(axis) + count - 1) / count;
    for (std::int64_t i = 0; i < count; ++i) {
      sizes.push_back(std::clamp<std::int64_t>(x.size(axis) - i * size, 0, size));
    }
  }
  Outputs outputs;
  for (Tensor& part : split(x, sizes, axis)) {
    outputs.emplace_back(std::move(part));
  }
  return outputs;
}

constexpr Importer importers[] = {
    {"Concat", concat},
    {"Expand", expand_to},
    {"Flatten", flatten_to_matrix},
    {"Reshape", reshape_to},
    {"Shape", shape_of},
    {"Size", size_of},
    {"Split", split_into},
    {"Squeeze", squeeze_axes},
    {"Tile", tile_by},
    {"Transpose", transpose_axes},
    {"Unsqueeze", unsqueeze_axes},
};

}  // namespace

std::span<const Importer> shape_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
