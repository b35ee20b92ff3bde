#include <retrograd/ops/shape.h>

#include <algorithm>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

namespace {

Tensor exchanged(const Call& call, const Tensor& x, std::int64_t a, std::int64_t b) {
  check::defined(call, "input", x);
  Dims order;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    order.push_back(d);
  }
  const std::size_t first = check::dim(call, x, a);
  const std::size_t second = check::dim(call, x, b);
  if (!order.empty()) {
    std::swap(order[first], order[second]);
  }
  return call.result(permute(x, order));
}

struct Expansion {
  Shape shape;  // without -1
  Strides strides;
};

// Throws ShapeError where x does not expand to the shape.
Expansion expanded(const Call& call, const Tensor& x, const Shape& shape) {
  check::defined(call, "input", x);
  const std::size_t rank = x.shape().size();
  Shape full = shape;
  Strides strides = Dims::filled(shape.size(), 0);
  bool fits = shape.size() >= rank;
  const std::size_t extra = fits ? shape.size() - rank : 0;
  for (std::size_t d = 0; fits && d < full.size(); ++d) {
    if (d < extra) {
      fits = full[d] >= 0;
    } else {
      const std::int64_t size = x.shape()[d - extra];
      full[d] = full[d] == -1 ? size : full[d];
      strides[d] = full[d] == size ? x.strides()[d - extra] : 0;
      fits = full[d] >= 0 && (full[d] == size || size == 1);
    }
  }
  check::require<ShapeError>(call, fits, {{"input", x}},
                             "the input does not expand to shape {} [shapes-differ]", shape);
  check::numel(call, full, x.dtype());
  return {full, strides};
}

}  // namespace

Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b, Where where) {
  return exchanged(Call("transpose", where, x, a, b), x, a, b);
}

Tensor swapaxes(const Tensor& x, std::int64_t a, std::int64_t b, Where where) {
  return exchanged(Call("swapaxes", where, x, a, b), x, a, b);
}

Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination, Where where) {
  const Call call("movedim", where, x, source, destination);
  check::defined(call, "input", x);
  check::require<ShapeError>(
      call, source.size() == destination.size(), {{"input", x}},
      "as many positions as dimensions are needed, not {} to {} [count-mismatch]", source,
      destination);
  Dims order = Dims::filled(x.shape().size(), -1);
  kernels::DimMask moved{};
  for (std::size_t i = 0; i < source.size() && x.dim() > 0; ++i) {
    const std::size_t from = check::dim(call, x, source[i]);
    const std::size_t to = check::dim(call, x, destination[i]);
    check::require<IndexError>(call, !moved[from] && order[to] == -1, {{"input", x}},
                               "{} to {} names a dimension twice [dim-repeated]", source,
                               destination);
    moved[from] = true;
    order[to] = static_cast<std::int64_t>(from);
  }
  std::size_t next = 0;
  for (std::int64_t& d : order) {
    if (d == -1) {
      while (moved[next]) {
        ++next;
      }
      d = static_cast<std::int64_t>(next++);
    }
  }
  return call.result(permute(x, order));
}

Tensor permute(const Tensor& x, const Dims& dims, Where where) {
  const Call call("permute", where, x, dims);
  check::defined(call, "input", x);
  check::require<ShapeError>(call, dims.size() == x.shape().size(), {{"input", x}},
                             "order {} needs one number for each dimension [count-mismatch]", dims);
  Dims order;
  Shape shape;
  Strides strides;
  for (const std::int64_t given : dims) {
    const std::size_t d = check::dim(call, x, given);
    const auto dim = static_cast<std::int64_t>(d);
    check::require<IndexError>(call, std::find(order.begin(), order.end(), dim) == order.end(),
                               {{"input", x}}, "order {} names a dimension twice [dim-repeated]",
                               dims);
    order.push_back(dim);
    shape.push_back(x.shape()[d]);
    strides.push_back(x.strides()[d]);
  }
  return with_rule(call, x, tracked_view(x, shape, strides, x.impl().offset),
                   [back = inverse(order)](const Tensor& g) { return permute(g, back); });
}

Tensor expand(const Tensor& x, const Shape& shape, Where where) {
  const Call call("expand", where, x, shape);
  const Expansion to = expanded(call, x, shape);
  return with_rule(call, x, tracked_view(x, to.shape, to.strides, x.impl().offset),
                   [from = x.shape()](const Tensor& g) { return sum_gradient_to(g, from); });
}

Tensor broadcast_to(const Tensor& x, const Shape& shape, Where where) {
  const Call call("broadcast_to", where, x, shape);
  return call.result(expand(x, expanded(call, x, shape).shape));
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b, Where where) {
  return check::broadcast(Frame(op, where), {}, a, b);
}

Shape check::broadcast(const Frame& call, std::initializer_list<ErrorArgument> operands,
                       const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  const std::size_t extra = longer.size() - shorter.size();
  Shape shape = longer;
  for (std::size_t d = 0; d < shorter.size(); ++d) {
    const std::int64_t x = longer[d + extra];
    const std::int64_t y = shorter[d];
    check::require<ShapeError>(call, x == y || x == 1 || y == 1, operands,
                               "shapes {} and {} do not broadcast: the sizes {} and {} differ and "
                               "neither is 1 [shapes-differ]",
                               a, b, a[a.size() - shorter.size() + d],
                               b[b.size() - shorter.size() + d]);
    shape[d + extra] = x == 1 ? y : x;
  }
  return shape;
}

Shape check::broadcast(const Frame& call, std::initializer_list<ErrorArgument> operands) {
  Shape shape;
  for (const ErrorArgument& each : operands) {
    if (each.tensor == nullptr || each.tensor->shape() == shape) {
      continue;
    }
    const Shape& next = each.tensor->shape();
    shape = shape.empty() ? next : broadcast(call, operands, shape, next);
  }
  return shape;
}

}  // namespace retrograd
