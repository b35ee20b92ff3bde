#include <retrograd/ops/shape.h>

#include <algorithm>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/detail/view.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/reduce.h>

namespace retrograd {

namespace {

// `shape` with -1 replaced by what is left over.
Shape completed_shape(const char* op, const Tensor& x, Shape shape, Where where) {
  std::size_t open = shape.size();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == -1) {
      if (open != shape.size()) {
        fail<ShapeError>(op, where, "only one size of " + to_string(shape) + " can be -1",
                         {{"input", x}});
      }
      open = d;
    } else if (shape[d] < 0) {
      fail<ShapeError>(op, where, "negative size in shape " + to_string(shape), {{"input", x}});
    }
  }
  Shape given = shape;
  if (open != shape.size()) {
    given[open] = 1;
  }
  std::int64_t known = checked_numel(op, given, x.dtype(), where);
  if (open != shape.size() && known > 0) {
    shape[open] = x.numel() / known;
    known *= shape[open];
  }
  if (known != x.numel() || (open != shape.size() && known == 0)) {
    fail<ShapeError>(op, where,
                     "shape " + to_string(shape) + " does not hold the " +
                         std::to_string(x.numel()) + " elements of the input",
                     {{"input", x}});
  }
  return shape;
}

Dims inverse(const Dims& order) {
  Dims result = order;
  for (std::size_t i = 0; i < order.size(); ++i) {
    result[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  }
  return result;
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape, Where where) {
  check::defined("reshape", "input", x, where);
  const Shape to = completed_shape("reshape", x, shape, where);
  const auto strides = reshaped_strides(x, to);
  if (!strides) {
    return reshape(x.contiguous(where), to, where);
  }
  return record({.op = "reshape",
                 .where = where,
                 .output = tracked_view(x, to, *strides, x.impl().offset),
                 .inputs = {x},
                 .backward = [from = x.shape()](const Backward& b) -> Gradients {
                   return {reshape(b.grad, from)};
                 }});
}

Tensor flatten(const Tensor& x, std::int64_t start, std::int64_t end, Where where) {
  check::defined("flatten", "input", x, where);
  if (x.dim() == 0) {
    return reshape(x, {1}, where);
  }
  const std::size_t first = check::dim("flatten", x, start, where);
  const std::size_t last = check::dim("flatten", x, end, where);
  if (first > last) {
    fail<IndexError>("flatten", where,
                     "the first dimension " + std::to_string(first) + " comes after the last " +
                         std::to_string(last),
                     {{"input", x}});
  }
  Shape shape;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (d > first && d <= last) {
      shape.back() *= x.shape()[d];
    } else {
      shape.push_back(x.shape()[d]);
    }
  }
  return reshape(x, shape, where);
}

Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b, Where where) {
  check::defined("transpose", "input", x, where);
  Dims order;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    order.push_back(d);
  }
  const std::size_t first = check::dim("transpose", x, a, where);
  const std::size_t second = check::dim("transpose", x, b, where);
  if (!order.empty()) {
    std::swap(order[first], order[second]);
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

Tensor squeeze(const Tensor& x, std::optional<std::int64_t> dim, Where where) {
  check::defined("squeeze", "input", x, where);
  Shape shape;
  const std::size_t only = dim ? check::dim("squeeze", x, *dim, where) : 0;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (x.shape()[d] != 1 || (dim && d != only)) {
      shape.push_back(x.shape()[d]);
    }
  }
  return reshape(x, shape, where);
}

Tensor unsqueeze(const Tensor& x, std::int64_t dim, Where where) {
  check::defined("unsqueeze", "input", x, where);
  Shape shape = x.shape();
  shape.insert(static_cast<std::size_t>(normalize_dim("unsqueeze", x, dim, x.dim() + 1, where)), 1);
  return reshape(x, shape, where);
}

Tensor expand(const Tensor& x, const Shape& shape, Where where) {
  check::defined("expand", "input", x, where);
  if (x.shape() == shape) {
    return x;
  }
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
    fail<ShapeError>("expand", where, "the input does not expand to shape " + to_string(shape),
                     {{"input", x}});
  }
  checked_numel("expand", full, x.dtype(), where);
  return record({.op = "expand",
                 .where = where,
                 .output = tracked_view(x, full, strides, x.impl().offset),
                 .inputs = {x},
                 .backward = [from = x.shape()](const Backward& b) -> Gradients {
                   return {sum_to(b.grad, from)};
                 }});
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
