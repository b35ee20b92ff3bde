// The same elements under another shape.
#include <algorithm>
#include <optional>

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
  const auto refuse = [&](const std::string& why) { fail<ShapeError>(call, why, {{"input", x}}); };
  Shape given = shape;
  const auto open = std::find(given.begin(), given.end(), -1);
  if (open != given.end()) {
    *open = 1;
  }
  if (std::find(given.begin(), given.end(), -1) != given.end()) {
    refuse("only one size of " + to_string(shape) + " can be -1");
  }
  if (std::any_of(given.begin(), given.end(), [](std::int64_t size) { return size < 0; })) {
    refuse("negative size in shape " + to_string(shape));
  }
  const std::int64_t known = check::numel(call, given, x.dtype());
  const auto found = completed(shape, x.numel());
  if (!found) {
    refuse("shape " + to_string(shape) +
           (known == 0 && x.numel() == 0
                ? " leaves the length at -1 open: any holds the 0 elements of the input"
                : " does not hold the " + std::to_string(x.numel()) + " elements of the input"));
  }
  return *found;
}

// x with the shape `to`, which these strides give it.
Tensor shown(const Call& call, const Tensor& x, const Shape& to, const Strides& strides) {
  return call.record({.output = tracked_view(x, to, strides, x.impl().offset),
                      .inputs = {x},
                      .backward = [from = x.shape()](const Backward& b) -> Gradients {
                        return {reshape(b.grad, from)};
                      }});
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
  if (!strides) {
    fail<ShapeError>(call,
                     "strides " + to_string(x.strides()) + " do not allow shape " + to_string(to) +
                         " without a copy; use reshape()",
                     {{"input", x}});
  }
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
  if (first > last) {
    fail<IndexError>(call,
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
  return call.result(reshape(x, shape));
}

Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes, Where where) {
  const Call call("unflatten", where, x, dim, sizes);
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  const std::int64_t length = x.dim() == 0 ? 1 : x.shape()[d];
  const auto parts = completed(sizes, length);
  if (x.dim() == 0 || sizes.empty() || !parts) {
    fail<ShapeError>(call,
                     "sizes " + to_string(sizes) + " do not make up dimension " +
                         std::to_string(d) + " of length " + std::to_string(length),
                     {{"input", x}});
  }
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
  Shape shape = x.shape();
  const std::int64_t at = static_cast<std::int64_t>(check::dim_of(call, x, dim, x.dim() + 1));
  check::rank(call, shape.size() + 1, x);
  shape.insert(static_cast<std::size_t>(at), 1);
  return call.result(reshape(x, shape));
}

}  // namespace retrograd
