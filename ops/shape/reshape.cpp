// The same elements under another shape.
#include <algorithm>
#include <optional>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>

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
Shape completed_shape(const char* op, const Tensor& x, const Shape& shape, Where where) {
  const auto refuse = [&](const std::string& why) {
    fail<ShapeError>(op, where, why, {{"input", x}});
  };
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
  const std::int64_t known = checked_numel(op, given, x.dtype(), where);
  const auto found = completed(shape, x.numel());
  if (!found) {
    refuse("shape " + to_string(shape) +
           (known == 0 && x.numel() == 0
                ? " leaves the length at -1 open: any holds the 0 elements of the input"
                : " does not hold the " + std::to_string(x.numel()) + " elements of the input"));
  }
  return *found;
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

Tensor view(const Tensor& x, const Shape& shape, Where where) {
  check::defined("view", "input", x, where);
  const Shape to = completed_shape("view", x, shape, where);
  const auto strides = reshaped_strides(x, to);
  if (!strides) {
    fail<ShapeError>("view", where,
                     "strides " + to_string(x.strides()) + " do not allow shape " + to_string(to) +
                         " without a copy; use reshape()",
                     {{"input", x}});
  }
  return record({.op = "view",
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

Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes, Where where) {
  check::defined("unflatten", "input", x, where);
  const std::size_t d = check::dim("unflatten", x, dim, where);
  const std::int64_t length = x.dim() == 0 ? 1 : x.shape()[d];
  const auto parts = completed(sizes, length);
  if (x.dim() == 0 || sizes.empty() || !parts) {
    fail<ShapeError>("unflatten", where,
                     "sizes " + to_string(sizes) + " do not make up dimension " +
                         std::to_string(d) + " of length " + std::to_string(length),
                     {{"input", x}});
  }
  check::rank("unflatten", x.shape().size() - 1 + sizes.size(), x, where);
  Shape shape = x.shape();
  shape.erase(d);
  for (std::size_t i = 0; i < parts->size(); ++i) {
    shape.insert(d + i, (*parts)[i]);
  }
  return reshape(x, shape, where);
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
  const std::int64_t at = normalize_dim("unsqueeze", x, dim, x.dim() + 1, where);
  check::rank("unsqueeze", shape.size() + 1, x, where);
  shape.insert(static_cast<std::size_t>(at), 1);
  return reshape(x, shape, where);
}

}  // namespace retrograd
