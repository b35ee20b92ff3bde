// slice, select, cat and stack. Cutting out and putting back are each other's backward.
#include <algorithm>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/detail/view.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd {

namespace {

struct Range {
  std::size_t dim;
  std::int64_t start;
  std::int64_t count;
  std::int64_t step;
};

// The part of x that the range names, as a view of the given kind.
template <class MakeView>
Tensor cut(const Tensor& x, const Range& range, MakeView&& make_view) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape[range.dim] = range.count;
  strides[range.dim] *= range.step;
  return make_view(x, shape, strides,
                   x.impl().offset + (range.count > 0 ? range.start * x.strides()[range.dim] : 0));
}

Tensor slice_range(const Tensor& x, const Range& range, Where where);

// Zeros of the given shape, with x in the part that the range names.
Tensor slice_into_zeros(const Tensor& x, const Range& range, const Shape& shape, Where where) {
  const Tensor out = zeros(shape, {.dtype = x.dtype()});
  kernels::copy(cut(out, range, view_of), x);
  return record({.op = "slice_into_zeros",
                 .where = where,
                 .output = out,
                 .inputs = {x},
                 .backward = [range](const Backward& b) -> Gradients {
                   return {slice_range(b.grad, range, {})};
                 }});
}

Tensor slice_range(const Tensor& x, const Range& range, Where where) {
  return record({.op = "slice",
                 .where = where,
                 .output = cut(x, range, tracked_view),
                 .inputs = {x},
                 .backward = [range, full = x.shape()](const Backward& b) -> Gradients {
                   return {slice_into_zeros(b.grad, range, full, {})};
                 }});
}

// As Python cuts bounds: from the end when negative, then into [0, size].
std::int64_t cut_bound(std::int64_t bound, std::int64_t size) {
  return std::clamp<std::int64_t>(bound < 0 ? bound + size : bound, 0, size);
}

Tensor join(const char* op, const std::vector<Tensor>& parts, std::size_t dim, const Shape& shape,
            Where where) {
  const Tensor& first = parts.front();
  const Tensor out = first.is_channels_last() && !first.is_contiguous()
                         ? empty_strided(shape, channels_last_strides(shape), first.dtype(), where)
                         : empty_tensor(shape, first.dtype(), where);
  std::vector<Range> ranges;
  ranges.reserve(parts.size());
  std::int64_t start = 0;
  for (const Tensor& part : parts) {
    const Range range{dim, start, part.shape()[dim], 1};
    kernels::copy(cut(out, range, view_of), part);
    start += range.count;
    ranges.push_back(range);
  }
  return record({.op = op,
                 .where = where,
                 .output = out,
                 .inputs = parts,
                 .backward = [ranges = std::move(ranges)](const Backward& b) -> Gradients {
                   std::vector<Tensor> gradients(ranges.size());
                   for (std::size_t i = 0; i < ranges.size(); ++i) {
                     if (b.needs(i)) {
                       gradients[i] = slice_range(b.grad, ranges[i], {});
                     }
                   }
                   return Gradients(std::move(gradients));
                 }});
}

}  // namespace

Tensor slice(const Tensor& x, std::int64_t dim, std::optional<std::int64_t> start,
             std::optional<std::int64_t> end, std::int64_t step, Where where) {
  check::defined("slice", "input", x, where);
  if (x.dim() == 0) {
    fail<ShapeError>("slice", where, "a scalar has no dimension to slice", {{"input", x}});
  }
  if (step < 1) {
    fail<ValueError>("slice", where, "step " + std::to_string(step) + "; at least 1 is needed",
                     {{"input", x}});
  }
  const std::size_t d = check::dim("slice", x, dim, where);
  const std::int64_t size = x.shape()[d];
  const std::int64_t from = cut_bound(start.value_or(0), size);
  const std::int64_t to = std::max(from, cut_bound(end.value_or(size), size));
  return slice_range(x, {d, from, (to - from) / step + ((to - from) % step != 0 ? 1 : 0), step},
                     where);
}

Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index, Where where) {
  check::defined("select", "input", x, where);
  if (x.dim() == 0) {
    fail<ShapeError>("select", where, "a scalar has no dimension to select from", {{"input", x}});
  }
  const std::size_t d = check::dim("select", x, dim, where);
  const std::int64_t size = x.shape()[d];
  if (index < -size || index >= size) {
    fail<IndexError>("select", where,
                     "index " + std::to_string(index) + " is out of range for dimension " +
                         std::to_string(d) + " of length " + std::to_string(size),
                     {{"input", x}});
  }
  const Range range{d, index < 0 ? index + size : index, 1, 1};
  return squeeze(slice_range(x, range, where), static_cast<std::int64_t>(d), where);
}

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim, Where where) {
  if (tensors.empty()) {
    fail<ShapeError>("cat", where, "needs at least one tensor");
  }
  for (const Tensor& tensor : tensors) {
    check::defined("cat", "a tensor of the list", tensor, where);
  }
  const auto passed_over = [](const Tensor& x) { return x.shape() == Shape{0}; };
  auto model = std::find_if_not(tensors.begin(), tensors.end(), passed_over);
  model = model == tensors.end() ? tensors.begin() : model;
  const std::string model_name = "tensor " + std::to_string(model - tensors.begin());
  if (model->dim() == 0) {
    fail<ShapeError>("cat", where, "scalars cannot be joined; use stack()", {{model_name, *model}});
  }
  const std::size_t d = check::dim("cat", *model, dim, where);
  Shape nothing = model->shape();
  nothing[d] = 0;
  Shape shape = nothing;
  DType dtype = model->dtype();
  std::vector<Tensor> parts;
  parts.reserve(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    parts.push_back(passed_over(tensors[i]) ? reshape(tensors[i], nothing, where) : tensors[i]);
    Shape expected = model->shape();
    if (parts[i].dim() == model->dim()) {
      expected[d] = parts[i].shape()[d];
      shape[d] += expected[d];
    }
    if (parts[i].shape() != expected) {
      const std::string part_name = "tensor " + std::to_string(i);
      fail<ShapeError>("cat", where,
                       part_name + " differs from " + model_name + " in more than dimension " +
                           std::to_string(d),
                       {{model_name, *model}, {part_name, parts[i]}});
    }
    dtype = promote(dtype, parts[i].dtype());
  }
  for (Tensor& part : parts) {
    part = part.to(dtype, where);
  }
  return join("cat", parts, d, shape, where);
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim, Where where) {
  if (tensors.empty()) {
    fail<ShapeError>("stack", where, "needs at least one tensor");
  }
  check::defined("stack", "a tensor of the list", tensors.front(), where);
  const Tensor& first = tensors.front();
  const std::int64_t d = normalize_dim("stack", first, dim, first.dim() + 1, where);
  std::vector<Tensor> parts;
  parts.reserve(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check::defined("stack", "a tensor of the list", tensors[i], where);
    if (tensors[i].shape() != first.shape()) {
      fail<ShapeError>("stack", where,
                       "tensor " + std::to_string(i) + " has another shape than tensor 0",
                       {{"tensor 0", first}, {"tensor " + std::to_string(i), tensors[i]}});
    }
    parts.push_back(unsqueeze(tensors[i], d, where));
  }
  return cat(parts, d, where);
}

}  // namespace retrograd
