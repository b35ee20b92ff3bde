// Tensors that are made from numbers and shapes.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <retrograd/io/internal/file.h>
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

Outputs constant_of_shape(NodeCall& call) {
  const Shape shape(call.ints(0));
  const Attribute* const value = find_attribute(call.node(), "value");
  if (value == nullptr || value->t.empty()) {
    const DType dtype = call.translation().options().floating;
    return {known(constant([&] { return zeros(shape, {.dtype = dtype}); }))};
  }
  const retrograd::detail::FileCall file("ConstantOfShape", call.node().name, {});
  const Tensor one =
      call.translation().constant({to_tensor(value->t[0], file), value->t[0].data_type}).tensor;
  if (one.numel() != 1) {
    call.refuse("the value has {} elements, not 1 [onnx-input]", one.numel());
  }
  return {known(constant([&] { return expand(reshape(one, {}), shape).contiguous(); }))};
}

Outputs range(NodeCall& call) {
  const DType dtype = call.in(0).dtype();
  if (is_floating(dtype)) {
    const double start = call.one_number(0);
    const double step = call.one_number(2);
    const double count = std::max(std::ceil((call.one_number(1) - start) / step), 0.0);
    return {constant([&] {
      const Tensor i = arange(static_cast<std::int64_t>(count), {.dtype = DType::float64});
      return (i * step + start).to(dtype);
    })};
  }
  const std::int64_t step = call.one_int(2);
  if (step == 0) {
    call.refuse("the step is 0 [onnx-input]");
  }
  const std::int64_t start = call.one_int(0);
  const std::int64_t end = call.one_int(1);
  return {constant([&] {
    if (step > 0 ? end <= start : end >= start) {
      return zeros({0}, {.dtype = DType::int64});
    }
    // Modulo 2^64: differences and sizes of steps may be larger than int64 holds.
    const auto from = static_cast<std::uint64_t>(start);
    const auto to = static_cast<std::uint64_t>(end);
    const auto by = static_cast<std::uint64_t>(step);
    const std::uint64_t count =
        (step > 0 ? to - from - 1 : from - to - 1) / (step > 0 ? by : -by) + 1;
    const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return arange(static_cast<std::int64_t>(std::min(count, most))) * step + start;
  })};
}

Outputs eye_like(NodeCall& call) {
  const Tensor& x = call.in(0);
  const auto type = static_cast<DataType>(call.integer("dtype", 0));
  const DType dtype = type == DataType::undefined ? x.dtype() : call.translation().dtype_of(type);
  if (x.dim() != 2) {
    call.refuse("input 0 has {} dimensions, not 2 [onnx-input]", x.dim());
  }
  const std::int64_t k = call.integer("k", 0);
  return {known(constant([&] {
    const Tensor rows = unsqueeze(arange(x.size(0)), 1);
    return eq(arange(x.size(1)) - rows, k).to(dtype);
  }))};
}

Outputs one_hot_of(NodeCall& call) {
  const std::int64_t depth = call.one_int(1);
  const Tensor indices = call.in(0).to(DType::int64);
  const std::int64_t axis = call.axis(call.integer("axis", -1), indices.dim() + 1);
  const Tensor classes = constant([&] {
    Shape beside = Shape::filled(static_cast<std::size_t>(indices.dim() + 1), 1);
    beside[static_cast<std::size_t>(axis)] = depth;
    return reshape(arange(depth), beside);
  });
  const Tensor wanted = unsqueeze(where(indices < 0, indices + depth, indices), axis);
  const Tensor off = select(call.in(2), 0, 0);
  const Tensor on = select(call.in(2), 0, 1);
  return {where(eq(wanted, classes), on, off)};
}

constexpr Importer importers[] = {
    {"ConstantOfShape", constant_of_shape},
    {"EyeLike", eye_like},
    {"OneHot", one_hot_of},
    {"Range", range},
};

}  // namespace

std::span<const Importer> creation_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
