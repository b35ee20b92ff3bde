#include <retrograd/ops/shape.h>

#include <algorithm>

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

Dims inverse(const Dims& order) {
  Dims result = order;
  for (std::size_t i = 0; i < order.size(); ++i) {
    result[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  }
  return result;
}

}  // namespace

Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b, Where where) {
  const Call call("transpose", where, x, a, b);
  return exchanged(call, x, a, b);
}

Tensor swapaxes(const Tensor& x, std::int64_t a, std::int64_t b, Where where) {
  const Call call("swapaxes", where, x, a, b);
  return exchanged(call, x, a, b);
}

Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination, Where where) {
  const Call call("movedim", where, x, source, destination);
  check::defined(call, "input", x);
  if (source.size() != destination.size()) {
    fail<ShapeError>(call,
                     "as many places as dimensions are needed, not " + to_string(source) + " to " +
                         to_string(destination),
                     {{"input", x}});
  }
  Dims order = Dims::filled(x.shape().size(), -1);
  kernels::DimMask moved{};
  for (std::size_t i = 0; i < source.size() && x.dim() > 0; ++i) {
    const std::size_t from = check::dim(call, x, source[i]);
    const std::size_t to = check::dim(call, x, destination[i]);
    if (moved[from] || order[to] != -1) {
      fail<IndexError>(
          call, to_string(source) + " to " + to_string(destination) + " names a dimension twice",
          {{"input", x}});
    }
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
  if (dims.size() != x.shape().size()) {
    fail<ShapeError>(call, "order " + to_string(dims) + " needs one number for each dimension",
                     {{"input", x}});
  }
  Dims order;
  Shape shape;
  Strides strides;
  for (const std::int64_t given : dims) {
    const std::size_t d = check::dim(call, x, given);
    if (std::find(order.begin(), order.end(), static_cast<std::int64_t>(d)) != order.end()) {
      fail<IndexError>(call, "order " + to_string(dims) + " names a dimension twice",
                       {{"input", x}});
    }
    order.push_back(static_cast<std::int64_t>(d));
    shape.push_back(x.shape()[d]);
    strides.push_back(x.strides()[d]);
  }
  return call.record({.output = tracked_view(x, shape, strides, x.impl().offset),
                      .inputs = {x},
                      .backward = [back = inverse(order)](const Backward& b) -> Gradients {
                        return {permute(b.grad, back)};
                      }});
}

namespace {

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
  if (!fits) {
    fail<ShapeError>(call, "the input does not expand to shape " + to_string(shape),
                     {{"input", x}});
  }
  check::numel(call, full, x.dtype());
  return {full, strides};
}

}  // namespace

Tensor expand(const Tensor& x, const Shape& shape, Where where) {
  const Call call("expand", where, x, shape);
  const Expansion to = expanded(call, x, shape);
  return call.record({.output = tracked_view(x, to.shape, to.strides, x.impl().offset),
                      .inputs = {x},
                      .backward = [from = x.shape()](const Backward& b) -> Gradients {
                        return {sum_gradient_to(b.grad, from)};
                      }});
}

Tensor broadcast_to(const Tensor& x, const Shape& shape, Where where) {
  const Call call("broadcast_to", where, x, shape);
  return call.result(expand(x, expanded(call, x, shape).shape));
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b, Where where) {
  const Frame call(op, where);
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  const std::size_t extra = longer.size() - shorter.size();
  Shape shape = longer;
  for (std::size_t d = 0; d < shorter.size(); ++d) {
    const std::int64_t x = longer[d + extra];
    const std::int64_t y = shorter[d];
    if (x != y && x != 1 && y != 1) {
      fail<ShapeError>(call, "shapes " + to_string(a) + " and " + to_string(b) +
                                 " do not broadcast: the sizes " +
                                 std::to_string(a[a.size() - shorter.size() + d]) + " and " +
                                 std::to_string(b[b.size() - shorter.size() + d]) +
                                 " differ and neither is 1");
    }
    shape[d + extra] = x == 1 ? y : x;
  }
  return shape;
}

}  // namespace retrograd
