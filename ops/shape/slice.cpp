// slice, select, cat and stack. Cutting out and putting back are each other's backward.
#include <algorithm>
#include <utility>

#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/ops/detail/indices.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/shape/rearrange.h>
#include <retrograd/tensor/internal/format.h>

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

Tensor slice_range(const Tensor& x, const Range& range);

// Zeros of the given shape, with x in the part that the range names.
Tensor slice_into_zeros(const Tensor& x, const Range& range, const Shape& shape) {
  const Call call("slice_into_zeros", {});
  const Tensor out = zeros(shape, {.dtype = x.dtype()});
  kernels::copy(cut(out, range), x);
  return with_rule(call, x, out, [range](const Tensor& g) { return slice_range(g, range); });
}

Tensor slice_range(const Call& call, const Tensor& x, const Range& range) {
  const Tensor part = cut(x, range);
  Tensor view = tracked_view(x, part.shape(), part.strides(), part.impl().offset);
  return with_backward(call, x, std::move(view), {}, [range, full = x.shape()](const Backward& b) {
    if (Tensor* sum = detail::waiting_gradient(b, 0)) {
      kernels::binary_in_place(kernels::Binary::add, cut(*sum, range), b.grad);
      return Tensor();
    }
    return slice_into_zeros(b.grad, range, full);
  });
}

// What the others cut, slice() cuts for them.
Tensor slice_range(const Tensor& x, const Range& range) {
  return slice_range(Call("slice", {}), x, range);
}

// The dimension from 0 on, and its length.
std::pair<std::size_t, std::int64_t> check_sliced(const Call& call, const Tensor& x,
                                                  std::int64_t dim) {
  check::defined(call, "input", x);
  check::require<ShapeError>(call, x.dim() > 0, {{"input", x}},
                             "a scalar has no dimension to cut [rank-unexpected]");
  const std::size_t d = check::dim(call, x, dim);
  return {d, x.shape()[d]};
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

std::vector<Tensor> pieces(const Tensor& x, std::size_t dim,
                           const std::vector<std::int64_t>& sizes) {
  std::vector<Tensor> parts;
  parts.reserve(sizes.size());
  std::int64_t start = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(slice_range(x, {dim, start, size, 1}));
    start += size;
  }
  return parts;
}

// What messages call a tensor of the list.
std::string name_in(const std::vector<Tensor>& tensors, const Tensor& one) {
  return detail::formatted("tensor {}", &one - tensors.data());
}

Tensor join(const Call& call, const std::vector<Tensor>& parts, std::size_t dim,
            const Shape& shape) {
  const Tensor& first = parts.front();
  const Tensor out = kernels::empty_ordered_as(first, shape);
  std::vector<Range> ranges;
  ranges.reserve(parts.size());
  std::int64_t start = 0;
  for (const Tensor& part : parts) {
    const Range range{dim, start, part.shape()[dim], 1};
    kernels::copy(cut(out, range), part);
    start += range.count;
    ranges.push_back(range);
  }
  return call.record({.output = out,
                      .inputs = parts,
                      .backward = [ranges = std::move(ranges)](const Backward& b) -> Gradients {
                        std::vector<Tensor> gradients(ranges.size());
                        for (std::size_t i = 0; i < ranges.size(); ++i) {
                          if (b.needs(i)) {
                            gradients[i] = slice_range(b.grad, ranges[i]);
                          }
                        }
                        return Gradients(std::move(gradients));
                      }});
}

}  // namespace

Tensor slice(const Tensor& x, std::int64_t dim, std::optional<std::int64_t> start,
             std::optional<std::int64_t> end, std::int64_t step, Where where) {
  const Call call("slice", where, x, dim, start, end, step);
  const auto [d, size] = check_sliced(call, x, dim);
  check::require<ValueError>(call, step >= 1, {{"input", x}},
                             "step {}; at least 1 is needed [value-out-of-range]", step);
  const auto [first, count] = indexing::cut({start, end, step}, size);
  return slice_range(call, x, {d, first, count, step});
}

Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index, Where where) {
  const Call call("select", where, x, dim, index);
  const auto [d, size] = check_sliced(call, x, dim);
  check::require<IndexError>(
      call, index >= -size && index < size, {{"input", x}},
      "index {} is out of range for dimension {} of length {} [index-out-of-range]", index, d,
      size);
  const Range range{d, index < 0 ? index + size : index, 1, 1};
  return call.result(squeeze(slice_range(x, range), static_cast<std::int64_t>(d)));
}

Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length,
              Where where) {
  const Call call("narrow", where, x, dim, start, length);
  const auto [d, size] = check_sliced(call, x, dim);
  const std::int64_t from = start < 0 ? start + size : start;
  check::require<IndexError>(
      call, from >= 0 && from <= size && length >= 0 && length <= size - from, {{"input", x}},
      "{} elements from {} on are not all in dimension {} of length {} [index-out-of-range]",
      length, start, d, size);
  return call.result(slice_range(x, {d, from, length, 1}));
}

std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t dim, Where where) {
  const Call call("split", where, x, size, dim);
  const auto [d, whole] = check_sliced(call, x, dim);
  check::require<ValueError>(call, size > 0 || (size == 0 && whole == 0), {{"input", x}},
                             "parts of {} elements; at least 1 is needed [value-out-of-range]",
                             size);
  return call.result(pieces(x, d, equal_parts(whole, size, 1)));
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t dim,
                          Where where) {
  const Call call("split", where, x, sizes, dim);
  const auto [d, whole] = check_sliced(call, x, dim);
  std::int64_t left = whole;
  for (const std::int64_t size : sizes) {
    left = size < 0 || size > left ? -1 : left - size;
    if (left < 0) {
      break;
    }
  }
  if (left != 0) {
    check::refuse<ShapeError>(
        call, {{"input", x}},
        "parts {} do not add up to dimension {} of length {} [size-unexpected]",
        detail::formatted("[{}]", detail::joined(sizes, ", ")), d, whole);
  }
  return call.result(pieces(x, d, sizes));
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim, Where where) {
  const Call call("chunk", where, x, chunks, dim);
  const auto [d, whole] = check_sliced(call, x, dim);
  check::require<ValueError>(call, chunks >= 1, {{"input", x}},
                             "{} chunks; at least 1 is needed [value-out-of-range]", chunks);
  check::require<ValueError>(call, whole > 0 || chunks < (std::int64_t{1} << 31), {{"input", x}},
                             "{} empty chunks are more than memory can hold [value-out-of-range]",
                             chunks);
  return call.result(
      pieces(x, d, equal_parts(whole, (whole - 1) / chunks + (whole > 0 ? 1 : 0), chunks)));
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim, Where where) {
  const Call call("unbind", where, x, dim);
  const auto [d, size] = check_sliced(call, x, dim);
  std::vector<Tensor> parts;
  for (std::int64_t i = 0; i < size; ++i) {
    parts.push_back(select(x, static_cast<std::int64_t>(d), i));
  }
  return call.result(parts);
}

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim, Where where) {
  const Call call("cat", where, tensors, dim);
  check::require<ShapeError>(call, !tensors.empty(), {},
                             "needs at least one tensor [count-mismatch]");
  for (const Tensor& tensor : tensors) {
    check::defined(call, "a tensor of the list", tensor);
  }
  const auto passed_over = [](const Tensor& x) { return x.shape() == Shape{0}; };
  auto model = std::find_if_not(tensors.begin(), tensors.end(), passed_over);
  model = model == tensors.end() ? tensors.begin() : model;
  if (model->dim() == 0) {
    check::refuse<ShapeError>(call, {{name_in(tensors, *model), *model}},
                              "scalars cannot be joined; use stack() [rank-unexpected]");
  }
  const std::size_t d = check::dim(call, *model, dim);
  Shape nothing = model->shape();
  nothing[d] = 0;
  Shape shape = nothing;
  DType dtype = model->dtype();
  std::vector<Tensor> parts;
  parts.reserve(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    parts.push_back(passed_over(tensors[i]) ? reshape(tensors[i], nothing) : tensors[i]);
    Shape expected = model->shape();
    if (parts[i].dim() == model->dim()) {
      expected[d] = parts[i].shape()[d];
      shape[d] += expected[d];
    }
    if (parts[i].shape() != expected) {
      const std::string part_name = name_in(tensors, tensors[i]);
      const std::string model_name = name_in(tensors, *model);
      check::refuse<ShapeError>(call, {{model_name, *model}, {part_name, parts[i]}},
                                "{} differs from {} in more than dimension {} [shapes-differ]",
                                part_name, model_name, d);
    }
    dtype = promote(dtype, parts[i].dtype());
  }
  for (Tensor& part : parts) {
    part = part.to(dtype);
  }
  return join(call, parts, d, shape);
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim, Where where) {
  const Call call("stack", where, tensors, dim);
  check::require<ShapeError>(call, !tensors.empty(), {},
                             "needs at least one tensor [count-mismatch]");
  check::defined(call, "a tensor of the list", tensors.front());
  const Tensor& first = tensors.front();
  const auto d = static_cast<std::int64_t>(check::dim_of(call, first, dim, first.dim() + 1));
  check::rank(call, first.shape().size() + 1, first);
  std::vector<Tensor> parts;
  parts.reserve(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check::defined(call, "a tensor of the list", tensors[i]);
    if (tensors[i].shape() != first.shape()) {
      const std::string name = name_in(tensors, tensors[i]);
      check::refuse<ShapeError>(call, {{"tensor 0", first}, {name, tensors[i]}},
                                "{} has another shape than tensor 0 [shapes-differ]", name);
    }
    parts.push_back(unsqueeze(tensors[i], d));
  }
  return call.result(cat(parts, d));
}

}  // namespace retrograd
