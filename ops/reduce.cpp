#include <retrograd/ops/reduce.h>

#include <algorithm>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd {

namespace {

using kernels::DimMask;

Shape kept_shape(Shape shape, const DimMask& reduced) {
  for (std::size_t d = 0; d < shape.size(); ++d) {
    shape[d] = reduced[d] ? 1 : shape[d];
  }
  return shape;
}

// The same without the reduced dimensions.
Shape dropped_shape(const Tensor& x, const DimMask& reduced) {
  Shape shape;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (!reduced[d]) {
      shape.push_back(x.shape()[d]);
    }
  }
  return shape;
}

// The kernels keep reduced dimensions as 1; a fresh result only changes its shape.
Tensor finish(const Tensor& kept, const Tensor& x, const DimMask& reduced, bool keepdim) {
  if (keepdim) {
    return kept;
  }
  const Shape shape = dropped_shape(x, reduced);
  return view_of(kept, shape, contiguous_strides(shape), 0);
}

std::int64_t reduced_count(const Tensor& x, const DimMask& reduced) {
  std::int64_t count = 1;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    count *= reduced[d] ? x.shape()[d] : 1;
  }
  return count;
}

void require_elements(const char* op, const Tensor& x, const DimMask& reduced, Where where) {
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (reduced[d] && x.shape()[d] == 0) {
      fail<ShapeError>(op, where,
                       "dimension " + std::to_string(d) +
                           " has length 0, and no elements have no " + "largest or smallest",
                       {{"input", x}});
    }
  }
}

Tensor extreme(const char* op, bool largest, const Tensor& x, const Dims& dims, bool keepdim,
               Where where) {
  check::defined(op, "input", x, where);
  const DimMask reduced = check::dims(op, x, dims, where);
  require_elements(op, x, reduced, where);
  const Tensor kept = largest ? kernels::amax(x, reduced) : kernels::amin(x, reduced);
  const Tensor y = finish(kept, x, reduced, keepdim);
  Dims summed;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (reduced[d]) {
      summed.push_back(static_cast<std::int64_t>(d));
    }
  }
  return record({.op = op,
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {x, y},
                 .backward = [shape = kept.shape(), summed](const Backward& b) -> Gradients {
                   const Tensor x = b.saved(0).detach();
                   const Tensor best = reshape(b.saved(1).detach(), shape);
                   const Tensor wins = (x == best).to(b.grad.dtype());
                   const Tensor ties = summed.empty() ? wins : sum(wins, summed, true);
                   return {wins / ties * reshape(b.grad, shape)};
                 }});
}

Tensor largest_along(const char* op, const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  check::defined(op, "input", x, where);
  const std::size_t d = check::dim(op, x, dim, where);
  if (x.dim() == 0) {
    return zeros({}, {.dtype = int64}, where);
  }
  DimMask reduced{};
  reduced[d] = true;
  require_elements(op, x, reduced, where);
  return finish(kernels::argmax(x, d), x, reduced, keepdim);
}

}  // namespace

Tensor sum(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  check::defined("sum", "input", x, where);
  const DimMask reduced = check::dims("sum", x, dims, where);
  const Tensor y = finish(kernels::sum(x, reduced), x, reduced, keepdim);
  return record({.op = "sum",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .backward = [reduced, full = x.shape()](const Backward& b) -> Gradients {
                   return {expand(reshape(b.grad, kept_shape(full, reduced)), full)};
                 }});
}

Tensor mean(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  check::floating("mean", x, where);
  const DimMask reduced = check::dims("mean", x, dims, where);
  const Tensor y = finish(kernels::sum(x, reduced), x, reduced, keepdim);
  const auto count = static_cast<double>(reduced_count(x, reduced));
  kernels::binary_in_place(kernels::Binary::div, y, count);
  return record({.op = "mean",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .backward = [count, reduced, full = x.shape()](const Backward& b) -> Gradients {
                   return {expand(reshape(b.grad / count, kept_shape(full, reduced)), full)};
                 }});
}

Tensor amax(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  return extreme("amax", true, x, dims, keepdim, where);
}

Tensor amin(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  return extreme("amin", false, x, dims, keepdim, where);
}

Tensor max(const Tensor& x, Where where) {
  return extreme("max", true, x, {}, false, where);
}

ValuesAndIndices max(const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  const Tensor indices = largest_along("max", x, dim, true, where);
  if (x.dim() == 0) {
    return {reshape(x, {}, where), reshape(indices, {}, where)};
  }
  const Tensor values = gather(x, dim, indices, where);
  if (keepdim) {
    return {values, indices};
  }
  return {squeeze(values, dim, where), squeeze(indices, dim, where)};
}

Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim, Where where) {
  check::defined("argmax", "input", x, where);
  if (!dim) {
    require_elements("argmax", x, check::dims("argmax", x, {}, where), where);
    const Tensor flat = kernels::argmax(reshape(x.detach(), {-1}, where), 0);
    const Shape shape = keepdim ? Dims::filled(x.shape().size(), 1) : Shape{};
    return reshape(flat, shape, where);
  }
  return largest_along("argmax", x, *dim, keepdim, where);
}

Tensor sum_to(const Tensor& x, const Shape& shape, Where where) {
  check::defined("sum_to", "input", x, where);
  if (x.shape() == shape) {
    return x;
  }
  const std::size_t extra = x.shape().size() - std::min(shape.size(), x.shape().size());
  bool fits = x.shape().size() >= shape.size();
  Dims dims;
  for (std::size_t d = 0; fits && d < x.shape().size(); ++d) {
    if (d < extra) {
      dims.push_back(static_cast<std::int64_t>(d));
    } else if (shape[d - extra] != x.shape()[d]) {
      fits = shape[d - extra] == 1;
      dims.push_back(static_cast<std::int64_t>(d));
    }
  }
  if (!fits) {
    fail<ShapeError>("sum_to", where, "shape " + to_string(shape) + " does not expand to the input",
                     {{"input", x}});
  }
  return reshape(sum(x, dims, true, where), shape, where);
}

}  // namespace retrograd
