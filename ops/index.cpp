#include <retrograd/ops/index.h>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/creation.h>

namespace retrograd {

namespace {

// What gather and scatter_add ask of x and index; gives the dimension.
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
  if (index.numel() > 0) {
    const auto [low, high] = kernels::index_range(index);
    const std::int64_t size = x.dim() == 0 ? 1 : x.shape()[d];
    if (low < 0 || high >= size) {
      fail<IndexError>(op, where,
                       "index " + std::to_string(low < 0 ? low : high) +
                           " is out of range for dimension " + std::to_string(d) + " of length " +
                           std::to_string(size),
                       {{"input", x}, {"index", index}});
    }
  }
  return d;
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
                   const Tensor zero = zeros(shape, {.dtype = b.grad.dtype()});
                   return {scatter_add(zero, dim, b.saved(0), b.grad)};
                 }});
}

Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                   Where where) {
  const std::size_t d = check_index("scatter_add", x, dim, index, where);
  check::defined("scatter_add", "source", source, where);
  check::same_dtype("scatter_add", "input", x, "source", source, where);
  check::same_shape("scatter_add", "index", index, "source", source, where);
  if (x.dim() == 0) {
    fail<ShapeError>("scatter_add", where, "the input has no dimension to scatter along",
                     {{"input", x}});
  }
  return record({.op = "scatter_add",
                 .where = where,
                 .output = kernels::scatter_add(x, d, index, source),
                 .inputs = {x, source},
                 .saved = {index},
                 .backward = [dim](const Backward& b) -> Gradients {
                   return {b.grad, b.needs(1) ? gather(b.grad, dim, b.saved(0)) : Tensor()};
                 }});
}

}  // namespace retrograd
