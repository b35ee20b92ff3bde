#include <retrograd/ops/shape.h>

#include <algorithm>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

Tensor exchanged(const char* op, const Tensor& x, std::int64_t a, std::int64_t b, Where where) {
  check::defined(op, "input", x, where);
  Dims order;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    order.push_back(d);
  }
  const std::size_t first = check::dim(op, x, a, where);
  const std::size_t second = check::dim(op, x, b, where);
  if (!order.empty()) {
    std::swap(order[first], order[second]);
  }
  return permute(x, order, where);
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
  return exchanged("transpose", x, a, b, where);
}
Tensor swapaxes(const Tensor& x, std::int64_t a, std::int64_t b, Where where) {
  return exchanged("swapaxes", x, a, b, where);
}

Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination, Where where) {
  check::defined("movedim", "input", x, where);
  if (source.size() != destination.size()) {
    fail<ShapeError>("movedim", where,
                     "as many places as dimensions are needed, not " + to_string(source) + " to " +
                         to_string(destination),
                     {{"input", x}});
  }
  Dims order = Dims::filled(x.shape().size(), -1);
  kernels::DimMask moved{};
  for (std::size_t i = 0; i < source.size() && x.dim() > 0; ++i) {
    const std::size_t from = check::dim("movedim", x, source[i], where);
    const std::size_t to = check::dim("movedim", x, destination[i], where);
    if (moved[from] || order[to] != -1) {
      fail<IndexError>(
          "movedim", where,
          to_string(source) + " to " + to_string(destination) + " names a dimension twice",
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
  return permute(x, order, where);
}

Tensor permute(const Tensor& x, const Dims& dims, Where where) {
  check::defined("permute", "input", x, where);
  if (dims.size() != x.shape().size()) {
    fail<ShapeError>("permute", where,
                     "order " + to_string(dims) + " needs one number for each dimension",
                     {{"input", x}});
  }
  Dims order;
  Shape shape;
  Strides strides;
  for (const std::int64_t given : dims) {
    const std::size_t d = check::dim("permute", x, given, where);
    if (std::find(order.begin(), order.end(), static_cast<std::int64_t>(d)) != order.end()) {
      fail<IndexError>("permute", where, "order " + to_string(dims) + " names a dimension twice",
                       {{"input", x}});
    }
    order.push_back(static_cast<std::int64_t>(d));
    shape.push_back(x.shape()[d]);
    strides.push_back(x.strides()[d]);
  }
  return record({.op = "permute",
                 .where = where,
                 .output = tracked_view(x, shape, strides, x.impl().offset),
                 .inputs = {x},
                 .backward = [back = inverse(order)](const Backward& b) -> Gradients {
                   return {permute(b.grad, back)};
                 }});
}

namespace {

Tensor expanded(const char* op, const Tensor& x, const Shape& shape, Where where) {
  check::defined(op, "input", x, where);
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
    fail<ShapeError>(op, where, "the input does not expand to shape " + to_string(shape),
                     {{"input", x}});
  }
  checked_numel(op, full, x.dtype(), where);
  return record({.op = "expand",
                 .where = where,
                 .output = tracked_view(x, full, strides, x.impl().offset),
                 .inputs = {x},
                 .backward = [from = x.shape()](const Backward& b) -> Gradients {
                   return {sum_gradient_to(b.grad, from)};
                 }});
}

}  // namespace

Tensor expand(const Tensor& x, const Shape& shape, Where where) {
  return expanded("expand", x, shape, where);
}
Tensor broadcast_to(const Tensor& x, const Shape& shape, Where where) {
  return expanded("broadcast_to", x, shape, where);
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b, Where where) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  const std::size_t extra = longer.size() - shorter.size();
  Shape shape = longer;
  for (std::size_t d = 0; d < shorter.size(); ++d) {
    const std::int64_t x = longer[d + extra];
    const std::int64_t y = shorter[d];
    if (x != y && x != 1 && y != 1) {
      fail<ShapeError>(
          op, where,
          "shapes " + to_string(a) + " and " + to_string(b) + " do not broadcast: the sizes " +
              std::to_string(a[a.size() - shorter.size() + d]) + " and " +
              std::to_string(b[b.size() - shorter.size() + d]) + " differ and neither is 1");
    }
    shape[d + extra] = x == 1 ? y : x;
  }
  return shape;
}

}  // namespace retrograd
