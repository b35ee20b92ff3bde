#include <retrograd/ops/index.h>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/index/index.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

// What gather and the scatters ask of x and index; gives the dimension.
std::size_t check_index(const char* op, const Tensor& x, std::int64_t dim, const Tensor& index,
                        Where where) {
  check::defined(op, "input", x, where);
  check::dtype(op, "index", index, int64, where);
  const std::size_t d = check::dim(op, x, dim, where);
  bool fits = x.dim() == index.dim();
  for (std::size_t i = 0; fits && i < x.shape().size(); ++i) {
    fits = i == d || index.shape()[i] <= x.shape()[i];
  }
  if (!fits) {
    fail<ShapeError>(
        op, where,
        "index must have the input's rank and be no longer than it but along dimension " +
            std::to_string(d),
        {{"input", x}, {"index", index}});
  }
  check::indices(op, x, index, static_cast<std::int64_t>(d), x.dim() == 0 ? 1 : x.shape()[d], false,
                 where);
  return d;
}

// The part of `source` that index names, after the checks of both.
Tensor check_source(const char* op, const Tensor& x, const Tensor& index, const Tensor& source,
                    Where where) {
  check::defined(op, "source", source, where);
  check::same_dtype(op, "input", x, "source", source, where);
  bool fits = source.dim() == index.dim();
  for (std::size_t i = 0; fits && i < index.shape().size(); ++i) {
    fits = index.shape()[i] <= source.shape()[i];
  }
  if (!fits) {
    fail<ShapeError>(op, where, "source must have the index's rank and be nowhere shorter than it",
                     {{"index", index}, {"source", source}});
  }
  Tensor part = source;
  for (std::size_t i = 0; i < index.shape().size(); ++i) {
    if (index.shape()[i] != source.shape()[i]) {
      part = narrow(part, static_cast<std::int64_t>(i), 0, index.shape()[i], where);
    }
  }
  return part;
}

void check_scattered(const char* op, const Tensor& x, Where where) {
  if (x.dim() == 0) {
    fail<ShapeError>(op, where, "the input has no dimension to scatter along", {{"input", x}});
  }
}

}  // namespace

Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index, Where where) {
  const std::size_t d = check_index("gather", x, dim, index, where);
  if (x.dim() == 0) {
    return x.clone(where);
  }
  return record({.op = "gather",
                 .where = where,
                 .output = kernels::gather(x, d, index),
                 .inputs = {x},
                 .saved = {index},
                 .backward = [dim, shape = x.shape()](const Backward& b) -> Gradients {
                   const Tensor zero = expand(zeros({}, {.dtype = b.grad.dtype()}), shape);
                   return {scatter_add(zero, dim, b.saved(0), b.grad)};
                 }});
}

Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                   Where where) {
  const std::size_t d = check_index("scatter_add", x, dim, index, where);
  check_scattered("scatter_add", x, where);
  const Tensor part = check_source("scatter_add", x, index, source, where);
  return record({.op = "scatter_add",
                 .where = where,
                 .output = kernels::scatter_add(x, d, index, part),
                 .inputs = {x, part},
                 .saved = {index},
                 .backward = [dim](const Backward& b) -> Gradients {
                   return {b.grad, b.needs(1) ? gather(b.grad, dim, b.saved(0)) : Tensor()};
                 }});
}

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
               Where where) {
  const std::size_t d = check_index("scatter", x, dim, index, where);
  check_scattered("scatter", x, where);
  const Tensor part = check_source("scatter", x, index, source, where);
  return record({.op = "scatter",
                 .where = where,
                 .output = kernels::scatter(x, d, index, part),
                 .inputs = {x, part},
                 .saved = {index},
                 .backward = [dim](const Backward& b) -> Gradients {
                   const Tensor at = b.saved(0);
                   return {b.needs(0) ? scatter(b.grad, dim, at, 0) : Tensor(),
                           b.needs(1) ? gather(b.grad, dim, at) : Tensor()};
                 }});
}

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value, Where where) {
  const std::size_t d = check_index("scatter", x, dim, index, where);
  check_scattered("scatter", x, where);
  check::value("scatter", x, value, where);
  const Tensor source = expand_operand(full({}, value, {.dtype = x.dtype()}), index.shape(), where);
  return record({.op = "scatter",
                 .where = where,
                 .output = kernels::scatter(x, d, index, source),
                 .inputs = {x},
                 .saved = {index},
                 .backward = [dim](const Backward& b) -> Gradients {
                   return {scatter(b.grad, dim, b.saved(0), 0)};
                 }});
}

Tensor take_along_dim(const Tensor& x, const Tensor& index, std::optional<std::int64_t> dim,
                      Where where) {
  check::defined("take_along_dim", "input", x, where);
  check::dtype("take_along_dim", "index", index, int64, where);
  if (!dim) {
    check::indices("take_along_dim", x, index, 0, x.numel(), true, where);
    return take(x, index, where);
  }
  const std::size_t d = check::dim("take_along_dim", x, *dim, where);
  if (x.dim() != index.dim()) {
    fail<ShapeError>("take_along_dim", where, "index must have the input's rank",
                     {{"input", x}, {"index", index}});
  }
  check::indices("take_along_dim", x, index, static_cast<std::int64_t>(d),
                 x.dim() == 0 ? 1 : x.shape()[d], false, where);
  if (x.dim() == 0) {
    return gather(x, 0, index, where);
  }
  Shape x_shape = x.shape();
  Shape index_shape = index.shape();
  x_shape[d] = 1;
  index_shape[d] = 1;
  Shape shape = broadcast_shapes("take_along_dim", x_shape, index_shape, where);
  shape[d] = x.shape()[d];
  const Tensor wide = expand_operand(x, shape, where);
  shape[d] = index.shape()[d];
  return gather(wide, *dim, expand_operand(index, shape, where), where);
}

}  // namespace retrograd
