// slice, select, cat and stack. Cutting out and putting back are each other's backward.
#include <algorithm>

#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/autograd/record.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/shape/rearrange.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

struct Range {
  std::size_t dim;
  std::int64_t start;
  std::int64_t count;
  std::int64_t step;
};

// The part of x that the range names.
Tensor cut(const Tensor& x, const Range& range) {
  return kernels::along(x, range.dim, range.start, range.count, range.step);
}

Tensor slice_range(const Tensor& x, const Range& range, Where where);

// Zeros of the given shape, with x in the part that the range names.
Tensor slice_into_zeros(const Tensor& x, const Range& range, const Shape& shape, Where where) {
  const Tensor out = zeros(shape, {.dtype = x.dtype()});
  kernels::copy(cut(out, range), x);
  return record({.op = "slice_into_zeros",
                 .where = where,
                 .output = out,
                 .inputs = {x},
                 .backward = [range](const Backward& b) -> Gradients {
                   return {slice_range(b.grad, range, {})};
                 }});
}

Tensor slice_range(const Tensor& x, const Range& range, Where where) {
  const Tensor part = cut(x, range);
  return record({.op = "slice",
                 .where = where,
                 .output = tracked_view(x, part.shape(), part.strides(), part.impl().offset),
                 .inputs = {x},
                 .backward = [range, full = x.shape()](const Backward& b) -> Gradients {
                   if (Tensor* sum = detail::waiting_gradient(b, 0)) {
                     kernels::binary_in_place(kernels::Binary::add, cut(*sum, range), b.grad);
                     return {Tensor()};
                   }
                   return {slice_into_zeros(b.grad, range, full, {})};
                 }});
}

// As Python cuts bounds: from the end when negative, then into [0, size].
std::int64_t cut_bound(std::int64_t bound, std::int64_t size) {
  return std::clamp<std::int64_t>(bound < 0 ? bound + size : bound, 0, size);
}

std::size_t check_sliced(const char* op, const Tensor& x, std::int64_t dim, Where where) {
  check::defined(op, "input", x, where);
  if (x.dim() == 0) {
    fail<ShapeError>(op, where, "a scalar has no dimension to cut", {{"input", x}});
  }
  return check::dim(op, x, dim, where);
}

// Parts of `size`, the last one of what is left; `empty_parts` of them if there is nothing to part.
std::vector<std::int64_t> equal_parts(std::int64_t whole, std::int64_t size,
                                      std::int64_t empty_parts) {
  if (whole == 0) {
    return std::vector<std::int64_t>(static_cast<std::size_t>(empty_parts), 0);
  }
  std::vector<std::int64_t> sizes;
  for (std::int64_t start = 0; start < whole; start += sizes.back()) {
    sizes.push_back(std::min(size, whole - start));
  }
  return sizes;
}

std::vector<Tensor> pieces(const Tensor& x, std::size_t dim, const std::vector<std::int64_t>& sizes,
                           Where where) {
  std::vector<Tensor> parts;
  parts.reserve(sizes.size());
  std::int64_t start = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(slice_range(x, {dim, start, size, 1}, where));
    start += size;
  }
  return parts;
}

Tensor join(const char* op, const std::vector<Tensor>& parts, std::size_t dim, const Shape& shape,
            Where where) {
  const Tensor& first = parts.front();
  const Tensor out = kernels::empty_ordered_as(first, shape, where);
  std::vector<Range> ranges;
  ranges.reserve(parts.size());
  std::int64_t start = 0;
  for (const Tensor& part : parts) {
    const Range range{dim, start, part.shape()[dim], 1};
    kernels::copy(cut(out, range), part);
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
  const std::size_t d = check_sliced("slice", x, dim, where);
  if (step < 1) {
    fail<ValueError>("slice", where, "step " + std::to_string(step) + "; at least 1 is needed",
                     {{"input", x}});
  }
  const std::int64_t size = x.shape()[d];
  const std::int64_t from = cut_bound(start.value_or(0), size);
  const std::int64_t to = std::max(from, cut_bound(end.value_or(size), size));
  return slice_range(x, {d, from, (to - from) / step + ((to - from) % step != 0 ? 1 : 0), step},
                     where);
}

Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index, Where where) {
  const std::size_t d = check_sliced("select", x, dim, where);
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

Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length,
              Where where) {
  const std::size_t d = check_sliced("narrow", x, dim, where);
  const std::int64_t size = x.shape()[d];
  const std::int64_t from = start < 0 ? start + size : start;
  if (from < 0 || from > size || length < 0 || length > size - from) {
    fail<IndexError>("narrow", where,
                     std::to_string(length) + " elements from " + std::to_string(start) +
                         " on are not all in dimension " + std::to_string(d) + " of length " +
                         std::to_string(size),
                     {{"input", x}});
  }
  return slice_range(x, {d, from, length, 1}, where);
}

std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t dim, Where where) {
  const std::size_t d = check_sliced("split", x, dim, where);
  const std::int64_t whole = x.shape()[d];
  if (size < 0 || (size == 0 && whole > 0)) {
    fail<ValueError>("split", where,
                     "parts of " + std::to_string(size) + " elements; at least 1 is needed",
                     {{"input", x}});
  }
  return pieces(x, d, equal_parts(whole, size, 1), where);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t dim,
                          Where where) {
  const std::size_t d = check_sliced("split", x, dim, where);
  const std::int64_t whole = x.shape()[d];
  std::int64_t left = whole;
  for (const std::int64_t size : sizes) {
    left = size < 0 || size > left ? -1 : left - size;
    if (left < 0) {
      break;
    }
  }
  if (left != 0) {
    std::string text;
    for (const std::int64_t size : sizes) {
      text += (text.empty() ? "" : ", ") + std::to_string(size);
    }
    fail<ShapeError>("split", where,
                     "parts [" + text + "] do not add up to dimension " + std::to_string(d) +
                         " of length " + std::to_string(whole),
                     {{"input", x}});
  }
  return pieces(x, d, sizes, where);
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim, Where where) {
  const std::size_t d = check_sliced("chunk", x, dim, where);
  if (chunks < 1) {
    fail<ValueError>("chunk", where, std::to_string(chunks) + " chunks; at least 1 is needed",
                     {{"input", x}});
  }
  const std::int64_t whole = x.shape()[d];
  if (whole == 0 && chunks >= (std::int64_t{1} << 31)) {
    fail<ValueError>("chunk", where,
                     std::to_string(chunks) + " empty chunks are more than memory can hold",
                     {{"input", x}});
  }
  return pieces(x, d, equal_parts(whole, (whole - 1) / chunks + (whole > 0 ? 1 : 0), chunks),
                where);
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim, Where where) {
  const std::size_t d = check_sliced("unbind", x, dim, where);
  std::vector<Tensor> parts;
  for (std::int64_t i = 0; i < x.shape()[d]; ++i) {
    parts.push_back(select(x, static_cast<std::int64_t>(d), i, where));
  }
  return parts;
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
  check::rank("stack", first.shape().size() + 1, first, where);
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
