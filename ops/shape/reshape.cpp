// The same elements under another shape.
#include <algorithm>
#include <optional>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

namespace {

// `sizes` with -1 replaced by the one length that makes `count` of them, and nothing where there is
// none.
std::optional<Shape> completed(Shape sizes, std::int64_t count) {
  std::int64_t known = 1;
  std::size_t open = sizes.size();
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == -1 && open == sizes.size()) {
      open = d;
    } else if (sizes[d] < 0 || __builtin_mul_overflow(known, sizes[d], &known)) {
      return {};
    }
  }
  if (open < sizes.size() && known > 0) {
    sizes[open] = count / known;
    known *= sizes[open];
  }
  const bool any_length = open < sizes.size() && sizes[open] == -1;
  return known == count && !any_length ? std::optional(sizes) : std::nullopt;
}

// `shape` with -1 replaced by what is left over.
Shape completed_shape(const Call& call, const Tensor& x, const Shape& shape) {
  check::require<ShapeError>(call, std::count(shape.begin(), shape.end(), -1) <= 1, {{"input", x}},
                             "only one size of {} can be -1 [size-ambiguous]", shape);
  Shape given = shape;
  std::replace(given.begin(), given.end(), std::int64_t{-1}, std::int64_t{1});
  check::require<ShapeError>(
      call, std::all_of(given.begin(), given.end(), [](std::int64_t size) { return size >= 0; }),
      {{"input", x}}, "negative size in shape {} [size-negative]", shape);
  const std::int64_t known = check::numel(call, given, x.dtype());
  const auto found = completed(shape, x.numel());
  check::require<ShapeError>(call, found || known != 0 || x.numel() != 0, {{"input", x}},
                             "shape {} leaves the length at -1 open: any holds the 0 elements of "
                             "the input [size-ambiguous]",
                             shape);
  check::require<ShapeError>(call, found.has_value(), {{"input", x}},
                             "shape {} does not hold the {} elements of the input [numel-differs]",
                             shape, x.numel());
  return *found;
}

// x with the shape `to`, which these strides give it.
Tensor shown(const Call& call, const Tensor& x, const Shape& to, const Strides& strides) {
  return with_rule(call, x, tracked_view(x, to, strides, x.impl().offset),
                   [from = x.shape()](const Tensor& g) { return reshape(g, from); });
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape, Where where) {
  const Call call("reshape", where, x, shape);
  check::defined(call, "input", x);
  const Shape to = completed_shape(call, x, shape);
  const auto strides = reshaped_strides(x, to);
  return strides ? shown(call, x, to, *strides) : call.result(reshape(x.contiguous(), to));
}

Tensor view(const Tensor& x, const Shape& shape, Where where) {
  const Call call("view", where, x, shape);
  check::defined(call, "input", x);
  const Shape to = completed_shape(call, x, shape);
  const auto strides = reshaped_strides(x, to);
  check::require<ShapeError>(
      call, strides.has_value(), {{"input", x}},
      "strides {} do not allow shape {} without a copy; use reshape() [not-contiguous]",
      x.strides(), to);
  return shown(call, x, to, *strides);
}

Tensor flatten(const Tensor& x, std::int64_t start, std::int64_t end, Where where) {
  const Call call("flatten", where, x, start, end);
  check::defined(call, "input", x);
  if (x.dim() == 0) {
    return call.result(reshape(x, {1}));
  }
  const std::size_t first = check::dim(call, x, start);
  const std::size_t last = check::dim(call, x, end);
  check::require<IndexError>(call, first <= last, {{"input", x}},
                             "the first dimension {} comes after the last {} [value-out-of-range]",
                             first, last);
  Shape shape;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (d > first && d <= last) {
      shape.back() *= x.shape()[d];
    } else {
      shape.push_back(x.shape()[d]);
    }
  }
  return call.result(reshape(x, shape));
}

Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes, Where where) {
  const Call call("unflatten", where, x, dim, sizes);
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  const std::int64_t length = x.dim() == 0 ? 1 : x.shape()[d];
  const auto parts = completed(sizes, length);
  check::require<ShapeError>(call, x.dim() > 0 && !sizes.empty() && parts, {{"input", x}},
                             "sizes {} do not make up dimension {} of length {} [size-unexpected]",
                             sizes, d, length);
  check::rank(call, x.shape().size() - 1 + sizes.size(), x);
  Shape shape = x.shape();
  shape.erase(d);
  for (std::size_t i = 0; i < parts->size(); ++i) {
    shape.insert(d + i, (*parts)[i]);
  }
  return call.result(reshape(x, shape));
}

Tensor squeeze(const Tensor& x, std::optional<std::int64_t> dim, Where where) {
  const Call call("squeeze", where, x, dim);
  check::defined(call, "input", x);
  Shape shape;
  const std::size_t only = dim ? check::dim(call, x, *dim) : 0;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (x.shape()[d] != 1 || (dim && d != only)) {
      shape.push_back(x.shape()[d]);
    }
  }
  return call.result(reshape(x, shape));
}

Tensor unsqueeze(const Tensor& x, std::int64_t dim, Where where) {
  const Call call("unsqueeze", where, x, dim);
  check::defined(call, "input", x);
  const std::size_t at = check::dim_of(call, x, dim, x.dim() + 1);
  check::rank(call, x.shape().size() + 1, x);
  Shape shape = x.shape();
  shape.insert(at, 1);
  return call.result(reshape(x, shape));
}

}  // namespace retrograd
