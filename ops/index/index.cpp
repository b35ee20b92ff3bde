#include <retrograd/ops/index.h>

#include <algorithm>
#include <functional>

#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/index/index.h>

namespace retrograd {

namespace {

// Whether the shapes have one rank, and `a` is nowhere longer than b.
bool no_longer(const Shape& a, const Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), std::less_equal<>());
}

// What gather and the scatters ask of x and index; gives the dimension.
std::size_t check_index(const Frame& call, const Tensor& x, std::int64_t dim, const Tensor& index) {
  check::defined(call, "input", x);
  check::dtype(call, "index", index, int64);
  const std::size_t d = check::dim(call, x, dim);
  Shape most = x.shape();
  if (x.dim() > 0) {
    most[d] = INT64_MAX;
  }
  check::require<ShapeError>(call, no_longer(index.shape(), most), {{"input", x}, {"index", index}},
                             "index must have the input's rank and be no longer than it but along "
                             "dimension {} [shape-unexpected]",
                             d);
  check::indices(call, x, index, d);
  return d;
}

// The part of `source` that index names, after the checks of both.
Tensor check_source(const Call& call, const Tensor& x, const Tensor& index, const Tensor& source) {
  call.inputs({{"input", x}, {"source", source, like_first}});
  check::require<ShapeError>(
      call, no_longer(index.shape(), source.shape()), {{"index", index}, {"source", source}},
      "source must have the index's rank and be nowhere shorter than it [shape-unexpected]");
  Tensor part = source;
  for (std::size_t i = 0; i < index.shape().size(); ++i) {
    if (index.shape()[i] != source.shape()[i]) {
      part = narrow(part, static_cast<std::int64_t>(i), 0, index.shape()[i]);
    }
  }
  return part;
}

// The same for the scatters.
std::size_t check_scatter(const Frame& call, const Tensor& x, std::int64_t dim,
                          const Tensor& index) {
  const std::size_t d = check_index(call, x, dim, index);
  check::require<ShapeError>(call, x.dim() > 0, {{"input", x}},
                             "the input has no dimension to scatter along [rank-unexpected]");
  return d;
}

// x with what index names of `source` added, or in place of its own.
Tensor scattered(const Call& call, const Tensor& x, std::int64_t dim, const Tensor& index,
                 const Tensor& source, bool add) {
  const std::size_t d = check_scatter(call, x, dim, index);
  const Tensor part = check_source(call, x, index, source);
  const auto kernel = add ? kernels::scatter_add : kernels::scatter;
  return with_rules(
      call, x, part, kernel(x, d, index, part), {index},
      [dim, add](const Backward& b) { return add ? b.grad : scatter(b.grad, dim, b.saved(0), 0); },
      [dim](const Backward& b) { return gather(b.grad, dim, b.saved(0)); });
}

}  // namespace

Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index, Where where) {
  const Call call("gather", where, x, dim, index);
  const std::size_t d = check_index(call, x, dim, index);
  if (x.dim() == 0) {
    return call.result(x.clone());
  }
  return with_rule(call, x, kernels::gather(x, d, index), index,
                   [dim, shape = x.shape()](const Tensor& g, const Tensor& at) {
                     const Tensor zero = expand(zeros({}, {.dtype = g.dtype()}), shape);
                     return scatter_add(zero, dim, at, g);
                   });
}

Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                   Where where) {
  return scattered(Call("scatter_add", where, x, dim, index, source), x, dim, index, source, true);
}

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
               Where where) {
  return scattered(Call("scatter", where, x, dim, index, source), x, dim, index, source, false);
}

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value, Where where) {
  const Call call("scatter", where, x, dim, index, value);
  const std::size_t d = check_scatter(call, x, dim, index);
  check::value(call, x, value);
  const Tensor source = expand_operand(full({}, value, {.dtype = x.dtype()}), index.shape());
  return with_rule(call, x, kernels::scatter(x, d, index, source), index,
                   [dim](const Tensor& g, const Tensor& at) { return scatter(g, dim, at, 0); });
}

Tensor take_along_dim(const Tensor& x, const Tensor& index, std::optional<std::int64_t> dim,
                      Where where) {
  const Call call("take_along_dim", where, x, index, dim);
  check::defined(call, "input", x);
  check::dtype(call, "index", index, int64);
  if (!dim) {
    check::indices(call, x, index, 0, x.numel(), true);
    return call.result(take(x, index));
  }
  const std::size_t d = check::dim(call, x, *dim);
  check::require<ShapeError>(call, x.dim() == index.dim(), {{"input", x}, {"index", index}},
                             "index must have the input's rank [rank-unexpected]");
  check::indices(call, x, index, d);
  if (x.dim() == 0) {
    return call.result(gather(x, 0, index));
  }
  Shape x_shape = x.shape();
  Shape index_shape = index.shape();
  x_shape[d] = 1;
  index_shape[d] = 1;
  Shape shape = check::broadcast(call, {{"input", x}, {"index", index}}, x_shape, index_shape);
  shape[d] = x.shape()[d];
  const Tensor wide = expand_operand(x, shape);
  shape[d] = index.shape()[d];
  return call.result(gather(wide, *dim, expand_operand(index, shape)));
}

}  // namespace retrograd
