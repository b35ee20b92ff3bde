// Slices by index. Selecting and adding are each other's backward.
#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/index/index.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace check {

void indices(const Frame& call, const Tensor& x, const Tensor& index, std::int64_t dim,
             std::int64_t size, bool negative) {
  const auto found = kernels::first_outside(index, negative ? -size : 0, size);
  if (!found) {
    return;
  }
  Dims position = index.shape();
  std::int64_t rest = *found;
  std::int64_t offset = 0;
  for (std::size_t d = position.size(); d-- > 0;) {
    const std::int64_t length = position[d];
    position[d] = rest % length;
    rest /= length;
    offset += position[d] * index.strides()[d];
  }
  refuse<IndexError>(
      call, {{"input", x}, {"index", index}},
      "index {} at {} is out of range for dimension {} of length {} [index-out-of-range]",
      index.raw<std::int64_t>()[offset], position, dim, size);
}

void indices(const Frame& call, const Tensor& x, const Tensor& index, std::size_t dim) {
  indices(call, x, index, static_cast<std::int64_t>(dim), x.dim() == 0 ? 1 : x.shape()[dim], false);
}

void not_fraction(const Frame& call, const Tensor& x, Scalar value) {
  require<DTypeError>(call, is_floating(x.dtype()) || value.kind() != Scalar::Kind::floating,
                      {{"input", x}},
                      "a floating value does not fit the input [floating-into-integers]");
}

void value(const Frame& call, const Tensor& x, Scalar value) {
  not_fraction(call, x, value);
  detail::require_fits(call, value, x.dtype(), {{"input", x}});
}

}  // namespace check

namespace {

// What the functions of slices ask of x and index; gives the dimension.
std::size_t check_rows(const Frame& call, const Tensor& x, std::int64_t dim, const Tensor& index) {
  check::defined(call, "input", x);
  check::dtype(call, "index", index, int64);
  const std::size_t d = check::dim(call, x, dim);
  check::require<ShapeError>(call, index.dim() <= 1, {{"input", x}, {"index", index}},
                             "index must be a vector [rank-unexpected]");
  check::indices(call, x, index, d);
  return d;
}

void check_source(const Call& call, const Tensor& x, std::size_t dim, const Tensor& index,
                  const Tensor& source) {
  call.inputs({{"input", x}, {"source", source, like_first}});
  Shape shape = x.shape();
  if (x.dim() > 0) {
    shape[dim] = index.numel();
  }
  check::require<ShapeError>(
      call, source.shape() == shape && (x.dim() > 0 || index.numel() == 1),
      {{"input", x}, {"index", index}, {"source", source}},
      "source must have the input's shape but one slice for each index [shape-unexpected]");
}

// Scalars go as vectors of one element.
Tensor as_vector(const Tensor& x) {
  return x.dim() == 0 ? reshape(x, {1}) : x;
}

Tensor select_rows(const Tensor& x, std::size_t dim, const Tensor& index);

// Zeros of the given shape to which slices are added.
Tensor add_rows_to_zeros(const Tensor& source, std::size_t dim, const Tensor& index,
                         const Shape& shape) {
  const Call call("index_add_to_zeros", {});
  return with_rule(
      call, source, kernels::add_rows(zeros(shape, {.dtype = source.dtype()}), dim, index, source),
      index, [dim](const Tensor& g, const Tensor& at) { return select_rows(g, dim, at); });
}

Tensor select_rows(const Tensor& x, std::size_t dim, const Tensor& index) {
  const Call call("index_select", {});
  return with_rule(call, x, kernels::index_select(x, dim, index), index,
                   [dim, shape = x.shape()](const Tensor& g, const Tensor& at) {
                     return add_rows_to_zeros(g, dim, at, shape);
                   });
}

Tensor fill_rows(const Tensor& x, std::size_t dim, const Tensor& index, Scalar value) {
  const Call call("index_fill", {});
  return with_rule(call, x, kernels::index_fill(x, dim, index, value), index,
                   [dim](const Tensor& g, const Tensor& at) { return fill_rows(g, dim, at, 0); });
}

// x with slices of `source` added, or in place of its own.
Tensor put_rows(const Call& call, const Tensor& given, std::size_t dim, const Tensor& at,
                const Tensor& slices, bool add) {
  const Tensor x = as_vector(given);
  const Tensor index = as_vector(at);
  const Tensor source = as_vector(slices);
  const Tensor y = with_rules(
      call, x, source,
      add ? kernels::add_rows(kernels::contiguous_copy(x), dim, index, source)
          : kernels::index_copy(x, dim, index, source),
      {index},
      [dim, add](const Backward& b) {
        return add ? b.grad : fill_rows(b.grad, dim, b.saved(0), 0);
      },
      [dim](const Backward& b) { return select_rows(b.grad, dim, b.saved(0)); });
  return call.result(given.dim() == 0 ? reshape(y, {}) : y);
}

}  // namespace

Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index, Where where) {
  const Call call("index_select", where, x, dim, index);
  const std::size_t d = check_rows(call, x, dim, index);
  const Tensor rows = select_rows(as_vector(x), d, as_vector(index));
  return call.result(x.dim() == 0 && index.numel() == 1 ? reshape(rows, {}) : rows);
}

Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                 Scalar alpha, Where where) {
  const Call call("index_add", where, x, dim, index, source, alpha);
  const std::size_t d = check_rows(call, x, dim, index);
  check_source(call, x, d, index, source);
  check::not_fraction(call, x, alpha);
  detail::require_fits_modulo(call, alpha, x.dtype(), {{"input", x}});
  const Tensor scaled = alpha.to<double>() == 1 ? source : source * alpha;
  return put_rows(call, x, d, index, scaled, true);
}

Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                  Where where) {
  const Call call("index_copy", where, x, dim, index, source);
  const std::size_t d = check_rows(call, x, dim, index);
  check_source(call, x, d, index, source);
  return put_rows(call, x, d, index, source, false);
}

Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value,
                  Where where) {
  const Call call("index_fill", where, x, dim, index, value);
  const std::size_t d = check_rows(call, x, dim, index);
  check::value(call, x, value);
  const Tensor filled = fill_rows(as_vector(x), d, as_vector(index), value);
  return call.result(x.dim() == 0 ? reshape(filled, {}) : filled);
}

}  // namespace retrograd
