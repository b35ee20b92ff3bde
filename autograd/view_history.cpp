// A view's gradient reaches its base through operators of its own, made of strides alone: whatever
// operators took the view, and whenever the base was written to.
#include <retrograd/autograd/internal/view_history.h>

#include <algorithm>
#include <utility>

#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/autograd/node.h>
#include <retrograd/autograd/record.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/loops/add.h>
#include <retrograd/tensor/loops/copy.h>

namespace retrograd::detail {

namespace {

// Where a view lies in its base, in elements of memory.
struct ViewMap {
  Shape base_shape;
  Strides base_strides;
  Shape shape;
  Strides strides;
  std::int64_t offset;  // from the base's first element
};

ViewMap map_of(const Tensor& base, const Tensor& view) {
  return {base.shape(), base.strides(), view.shape(), view.strides(),
          view.impl().offset - base.impl().offset};
}

// Memory laid out as the base's is, which may have gaps.
Tensor empty_as_base(const ViewMap& map, DType dtype) {
  std::int64_t span = 1;
  for (std::size_t d = 0; d < map.base_shape.size(); ++d) {
    span += std::max<std::int64_t>(map.base_shape[d] - 1, 0) * map.base_strides[d];
  }
  return view_within(empty_tensor({span}, dtype), map.base_shape, map.base_strides, 0);
}

Tensor copy_as_base(const Tensor& x, const ViewMap& map) {
  Tensor result = empty_as_base(map, x.dtype());
  copy(result, x);
  return result;
}

Tensor part(const Tensor& laid_out, const ViewMap& map) {
  return view_within(laid_out, map.shape, map.strides, laid_out.impl().offset + map.offset);
}

Tensor read_view(const Tensor& x, const ViewMap& map);

// Zeros of the base's shape to which x is added in the view's place; a view that shows an element
// twice adds twice.
Tensor add_into_view(const Tensor& x, const ViewMap& map) {
  const Tensor out = empty_as_base(map, x.dtype());
  fill(out, 0);
  add_in_place(part(out, map), x);
  return record(
      {.op = "add_into_view",
       .output = out,
       .inputs = {x},
       .backward = [map](const Backward& b) -> Gradients { return {read_view(b.grad, map)}; }});
}

// `values`, which are the view's part of x, with that history.
Tensor record_read(const Tensor& x, const Tensor& values, const ViewMap& map) {
  return record({.op = "read_view",
                 .output = values,
                 .inputs = {x},
                 .backward = [map](const Backward& b) -> Gradients {
                   Tensor* sum = waiting_gradient(b, 0);
                   if (sum != nullptr && sum->strides() == map.base_strides) {
                     add_in_place(part(*sum, map), b.grad);
                     return {Tensor()};
                   }
                   return {add_into_view(b.grad, map)};
                 }});
}

// The view's part of x, which has the base's shape.
Tensor read_view(const Tensor& x, const ViewMap& map) {
  const bool laid_out = x.strides() == map.base_strides;
  const Tensor read = part(laid_out ? x : copy_as_base(x, map), map);
  return record_read(x, contiguous_copy(read), map);
}

Tensor replace_view(const Tensor& x, const Tensor& values, const ViewMap& map);

// `replaced`, which is x with the view's part replaced by `values`, with that history.
Tensor record_replaced(const Tensor& x, const Tensor& values, const Tensor& replaced,
                       const ViewMap& map) {
  return record({.op = "replace_view",
                 .output = replaced,
                 .inputs = {x, values},
                 .backward = [map](const Backward& b) -> Gradients {
                   Tensor of_values = b.needs(1) ? read_view(b.grad, map) : Tensor();
                   if (!b.needs(0)) {
                     return {Tensor(), std::move(of_values)};
                   }
                   if (!grad_enabled() && b.grad.strides() == map.base_strides &&
                       owns_memory(b.grad)) {
                     fill(part(b.grad, map), 0);
                     return {b.grad, std::move(of_values)};
                   }
                   const Tensor zero = zeros(map.shape, {.dtype = b.grad.dtype()});
                   return {replace_view(b.grad, zero, map), std::move(of_values)};
                 }});
}

// A copy of x with the view's part replaced by `values`.
Tensor replace_view(const Tensor& x, const Tensor& values, const ViewMap& map) {
  const Tensor out = copy_as_base(x, map);
  copy(part(out, map), values);
  return record_replaced(x, values, out, map);
}

}  // namespace

Tensor before_write(const Tensor& x) {
  return alias(x, grad_node(x));
}

void record_written_view(const Tensor& view, const Tensor& values) {
  const Tensor base(view.impl().base);
  const Tensor after =
      record_replaced(before_write(base), values, base.detach(), map_of(base, view));
  set_grad_node(base.impl(), grad_node(after));
}

NodePtr view_node(const Tensor& base, const Tensor& view) {
  const EnableGradGuard recording;
  const Tensor source = before_write(base);
  return source.requires_grad() ? grad_node(record_read(source, view.detach(), map_of(base, view)))
                                : NodePtr();
}

}  // namespace retrograd::detail
