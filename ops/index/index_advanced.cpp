// Advanced indexing: of the part of x that numbers and slices name, what tensors of indices name.
#include <algorithm>

#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/detail/indices.h>
#include <retrograd/ops/detail/inplace.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/index/index.h>

namespace retrograd {

namespace {

using namespace indexing;
using kernels::Positions;

// What the entries name in the part.
struct Reading {
  Positions positions;
  Tensor index;  // in the joined dimensions: an int64 vector
};

// The indices of all entries as one, broadcast together.
Tensor joined_index(const Frame& call, const Tensor& x, const std::vector<Entry>& entries) {
  Shape shape = entries.front().index.shape();
  for (const Entry& entry : entries) {
    shape = check::broadcast(call, {{"input", x}}, shape, entry.index.shape());
  }
  Tensor all = entries.front().index;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    all = all * entries[i].size + entries[i].index;
  }
  return expand_operand(all, shape);
}

Reading reading_of(const Frame& call, const Tensor& x, const Named& named) {
  const Dims& dims = named.indexed;
  const Shape& part = named.part.shape;
  const auto count = static_cast<std::int64_t>(dims.size());
  const bool together = dims.back() - dims[0] == count - 1;
  Positions positions{dims, together ? static_cast<std::size_t>(dims[0]) : 0, {}};
  const Dims others = positions.others(part.size());
  const Tensor all = joined_index(call, x, named.entries);
  check::rank(call, others.size() + all.shape().size(), x);
  for (const std::int64_t d : others) {
    positions.shape.push_back(part[static_cast<std::size_t>(d)]);
  }
  for (std::size_t d = 0; d < all.shape().size(); ++d) {
    positions.shape.insert(positions.at + d, all.shape()[d]);
  }
  check::numel(call, positions.shape, x.dtype());
  return {positions, reshape(all, {all.numel()})};
}

// x with `values`, which have the positions' shape, added at the index: slices along the joined
// dimension, which index_add() knows.
Tensor add_entries(const Tensor& x, const Positions& positions, const Tensor& index,
                   const Tensor& values) {
  Dims order = positions.others(x.shape().size());
  Shape joined;
  for (const std::int64_t d : order) {
    joined.push_back(x.size(d));
  }
  std::int64_t length = 1;
  for (std::size_t i = 0; i < positions.dims.size(); ++i) {
    order.insert(positions.at + i, positions.dims[i]);
    length *= x.size(positions.dims[i]);
  }
  Shape slices = joined;
  joined.insert(positions.at, length);
  slices.insert(positions.at, index.numel());
  const bool moved = !std::is_sorted(order.begin(), order.end());
  const Tensor ordered = moved ? permute(x, order) : x;
  const Tensor sum = index_add(reshape(ordered, joined), static_cast<std::int64_t>(positions.at),
                               index, reshape(values, slices));
  const Tensor apart = reshape(sum, ordered.shape());
  return moved ? permute(apart, inverse(order)) : apart;
}

Tensor zeros_expanded(const Shape& shape, DType dtype) {
  return expand(zeros({}, {.dtype = dtype}), shape);
}

Tensor select_entries(const Call& call, const Tensor& x, const Positions& positions,
                      const Tensor& index) {
  return with_rule(call, x, kernels::select_positions(x, positions, index), index,
                   [positions, shape = x.shape()](const Tensor& g, const Tensor& at) {
                     return add_entries(zeros_expanded(shape, g.dtype()), positions, at, g);
                   });
}

Tensor put_entries(const Tensor& x, const Positions& positions, const Tensor& index,
                   const Tensor& values);

// `output`, which is `x` with `values` at the positions.
Tensor record_put(const Call& call, Tensor output, const Tensor& x, const Positions& positions,
                  const Tensor& index, const Tensor& values) {
  return call.record(
      {.output = std::move(output),
       .inputs = {x, values},
       .saved = {index},
       .backward = [positions](const Backward& b) -> Gradients {
         Tensor of_values = b.needs(1)
                                ? select_entries(Call("index", {}), b.grad, positions, b.saved(0))
                                : Tensor();
         if (!b.needs(0)) {
           return {Tensor(), std::move(of_values)};
         }
         const Tensor zero = zeros_expanded(positions.shape, b.grad.dtype());
         if (!b.recorded() && detail::owns_memory(b.grad)) {
           kernels::put_positions(b.grad, positions, b.saved(0), zero);
           return {b.grad, std::move(of_values)};
         }
         return {put_entries(b.grad, positions, b.saved(0), zero), std::move(of_values)};
       }});
}

Tensor put_entries(const Tensor& x, const Positions& positions, const Tensor& index,
                   const Tensor& values) {
  const Call call("index_put", {});
  Tensor out = kernels::contiguous_copy(x);
  kernels::put_positions(out, positions, index, values);
  return record_put(call, std::move(out), x, positions, index, values);
}

// The values in the dtype of x and the shape of what is written to; dimensions of length 1 in front
// that it has not are left out, as in PyTorch.
Tensor expanded_values(const Call& call, const Tensor& x, const Shape& shape,
                       const Operand& values) {
  Tensor given;
  if (values.is_tensor()) {
    given = values.tensor();
    call.inputs({{"input", x}, {"values", given, like_first}});
  } else {
    check::value(call, x, values.number());
    given = full({}, values.number(), {.dtype = x.dtype()});
  }
  const Tensor fitted = without_front(given, shape.size());
  check::require<ShapeError>(
      call, broadcasts_to(fitted.shape(), shape), {{"input", x}, {"values", given}},
      "values do not broadcast to the indexed shape {} [shapes-differ]", shape);
  return expand_operand(fitted, shape);
}

Tensor part_of(const Tensor& x, const Part& part) {
  return part.is_whole ? x : view_of_part(Call("index", {}), x, part);
}

}  // namespace

Tensor index(const Tensor& x, const Indices& indices, Where where) {
  const Call call("index", where, x, indices);
  const Named at = named(call, x, indices);
  if (at.entries.empty()) {
    return view_of_part(call, x, at.part);
  }
  const Reading r = reading_of(call, x, at);
  return select_entries(call, part_of(x, at.part), r.positions, r.index);
}

Tensor index_put(const Tensor& x, const Indices& indices, const Operand& values, bool accumulate,
                 Where where) {
  const Call call("index_put", where, x, indices, values, accumulate);
  const Named at = named(call, x, indices);
  if (at.entries.empty()) {
    const Tensor given = expanded_values(call, x, at.part.shape, values);
    return call.result(put_part(x, at.part, accumulate ? part_of(x, at.part) + given : given));
  }
  const Reading r = reading_of(call, x, at);
  const Tensor given = expanded_values(call, x, r.positions.shape, values);
  const auto put = accumulate ? add_entries : put_entries;
  const Tensor part = put(part_of(x, at.part), r.positions, r.index, given);
  return call.result(at.part.is_whole ? part : put_part(x, at.part, part));
}

Tensor& Tensor::index_put_(const Indices& indices, const Operand& values, bool accumulate,
                           Where where) {
  const Call call("index_put_", where, *this, indices, values, accumulate);
  const Named at = named(call, *this, indices);
  if (at.entries.empty()) {
    const Tensor given = expanded_values(call, *this, at.part.shape, values);
    detail::check_writable(call, *this, given);
    Tensor part = part_of(*this, at.part);
    accumulate ? part.add_(given) : part.copy_(given);
    return call.written(*this);
  }
  const Reading r = reading_of(call, *this, at);
  const Tensor given = expanded_values(call, *this, r.positions.shape, values);
  detail::check_writable(call, *this, given);
  const Tensor part = part_of(*this, at.part);
  if (accumulate) {
    detail::write_in_place(call, part, given, [&](const Tensor& before) {
      return add_entries(before, r.positions, r.index, given);
    });
  } else {
    const auto apart = [&part](const Tensor& x) {
      return x.shares_memory_with(part) ? x.clone() : x;
    };
    const Tensor index = apart(r.index);
    const Tensor source = apart(given);
    detail::write_in_place(call, part, given, [&](const Tensor& before) {
      kernels::put_positions(part, r.positions, index, source);
      return record_put(Call("index_put", {}), part.detach(), before, r.positions, index, source);
    });
  }
  return call.written(*this);
}

Tensor take(const Tensor& x, const Tensor& index, Where where) {
  const Call call("take", where, x, index);
  check::defined(call, "input", x);
  check::dtype(call, "index", index, int64);
  check::indices(call, x, index, 0, x.numel(), true);
  const Tensor positions = reshape(not_negative(index, x.numel()), {index.numel()});
  return call.result(reshape(index_select(reshape(x, {x.numel()}), 0, positions), index.shape()));
}

}  // namespace retrograd
