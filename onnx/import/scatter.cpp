// Writing of elements by position.
#include <retrograd/onnx/import/positions.h>

#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::detail {

namespace {

std::string reduction_of(const NodeCall& call) {
  const std::string reduction = call.text("reduction", "none");
  if (reduction != "none" && reduction != "add") {
    call.refuse("reduction {} is not read [onnx-unsupported]",
                retrograd::detail::in_quotes(reduction));
  }
  return reduction;
}

Outputs scatter_elements(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t axis = call.axis(call.integer("axis", 0), x.dim());
  const Tensor index = from_front(call.value(1), x.size(axis));
  return {reduction_of(call) == "add" ? scatter_add(x, axis, index, call.in(2))
                                      : scatter(x, axis, index, call.in(2))};
}

Outputs scatter_nd(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Tensor flat = flatten(flat_positions(call, call.value(1), x.shape(), 0));
  const auto end = static_cast<std::size_t>(call.in(1).size(-1));
  const Shape rows{product(x.shape(), 0, end), product(x.shape(), end, x.shape().size())};
  const Tensor updates = reshape(call.in(2), {flat.numel(), rows[1]});
  const Tensor y = reduction_of(call) == "add" ? index_add(reshape(x, rows), 0, flat, updates)
                                               : index_copy(reshape(x, rows), 0, flat, updates);
  return {reshape(y, x.shape())};
}

constexpr Importer importers[] = {
    {"Scatter", scatter_elements},
    {"ScatterElements", scatter_elements},
    {"ScatterND", scatter_nd},
};

}  // namespace

std::span<const Importer> scatter_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
