// Slices by index. Selecting and adding are each other's backward.
#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/kernels/index/index.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace check {

void indices(const char* op, const Tensor& x, const Tensor& index, std::int64_t dim,
             std::int64_t size, bool negative, Where where) {
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
  fail<IndexError>(op, where,
                   "index " + std::to_string(index.raw<std::int64_t>()[offset]) + " at " +
                       to_string(position) + " is out of range for dimension " +
                       std::to_string(dim) + " of length " + std::to_string(size),
                   {{"input", x}, {"index", index}});
}

void not_fraction(const char* op, const Tensor& x, Scalar value, Where where) {
  if (!is_floating(x.dtype()) && value.kind() == Scalar::Kind::floating) {
    fail<DTypeError>(op, where, "a floating value does not fit the input", {{"input", x}});
  }
}

void value(const char* op, const Tensor& x, Scalar value, Where where) {
  not_fraction(op, x, value, where);
  detail::require_fits(op, value, x.dtype(), where, {{"input", x}});
}

}  // namespace check

namespace {

// What the functions of slices ask of x and index; gives the dimension.
std::size_t check_rows(const char* op, const Tensor& x, std::int64_t dim, const Tensor& index,
                       Where where) {
  check::defined(op, "input", x, where);
  check::dtype(op, "index", index, int64, where);
  const std::size_t d = check::dim(op, x, dim, where);
  if (index.dim() > 1) {
    fail<ShapeError>(op, where, "index must be a vector", {{"input", x}, {"index", index}});
  }
  check::indices(op, x, index, static_cast<std::int64_t>(d), x.dim() == 0 ? 1 : x.shape()[d], false,
                 where);
  return d;
}

void check_source(const char* op, const Tensor& x, std::size_t dim, const Tensor& index,
                  const Tensor& source, Where where) {
  check::defined(op, "source", source, where);
  check::same_dtype(op, "input", x, "source", source, where);
  Shape shape = x.shape();
  if (x.dim() > 0) {
    shape[dim] = index.numel();
  }
  const bool one = x.dim() == 0 && index.numel() == 1;
  if (source.shape() != shape || (x.dim() == 0 && !one)) {
    fail<ShapeError>(op, where, "source must have the input's shape but one slice for each index",
                     {{"input", x}, {"index", index}, {"source", source}});
  }
}

// Scalars go as vectors of one element.
Tensor as_vector(const Tensor& x, Where where) {
  return x.dim() == 0 ? reshape(x, {1}, where) : x;
}

Tensor select_rows(const Tensor& x, std::size_t dim, const Tensor& index, Where where);

// Zeros of the given shape to which slices are added.
Tensor add_rows_to_zeros(const Tensor& source, std::size_t dim, const Tensor& index,
                         const Shape& shape) {
  return record(
      {.op = "index_add_to_zeros",
       .where = {},
       .output = kernels::add_rows(zeros(shape, {.dtype = source.dtype()}), dim, index, source),
       .inputs = {source},
       .saved = {index},
       .backward = [dim](const Backward& b) -> Gradients {
         return {select_rows(b.grad, dim, b.saved(0), {})};
       }});
}

Tensor select_rows(const Tensor& x, std::size_t dim, const Tensor& index, Where where) {
  return record({.op = "index_select",
                 .where = where,
                 .output = kernels::index_select(x, dim, index),
                 .inputs = {x},
                 .saved = {index},
                 .backward = [dim, shape = x.shape()](const Backward& b) -> Gradients {
                   return {add_rows_to_zeros(b.grad, dim, b.saved(0), shape)};
                 }});
}

Tensor add_rows(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source,
                Where where) {
  return record(
      {.op = "index_add",
       .where = where,
       .output = kernels::add_rows(kernels::contiguous_copy(x), dim, index, source),
       .inputs = {x, source},
       .saved = {index},
       .backward = [dim](const Backward& b) -> Gradients {
         return {b.grad, b.needs(1) ? select_rows(b.grad, dim, b.saved(0), {}) : Tensor()};
       }});
}

Tensor fill_rows(const Tensor& x, std::size_t dim, const Tensor& index, Scalar value, Where where) {
  return record({.op = "index_fill",
                 .where = where,
                 .output = kernels::index_fill(x, dim, index, value),
                 .inputs = {x},
                 .saved = {index},
                 .backward = [dim](const Backward& b) -> Gradients {
                   return {fill_rows(b.grad, dim, b.saved(0), 0, {})};
                 }});
}

Tensor copy_rows(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source,
                 Where where) {
  return record({.op = "index_copy",
                 .where = where,
                 .output = kernels::index_copy(x, dim, index, source),
                 .inputs = {x, source},
                 .saved = {index},
                 .backward = [dim](const Backward& b) -> Gradients {
                   const Tensor at = b.saved(0);
                   return {b.needs(0) ? fill_rows(b.grad, dim, at, 0, {}) : Tensor(),
                           b.needs(1) ? select_rows(b.grad, dim, at, {}) : Tensor()};
                 }});
}

}  // namespace

Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index, Where where) {
  const std::size_t d = check_rows("index_select", x, dim, index, where);
  const Tensor rows = select_rows(as_vector(x, where), d, as_vector(index, where), where);
  return x.dim() == 0 && index.numel() == 1 ? reshape(rows, {}, where) : rows;
}

Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                 Scalar alpha, Where where) {
  const std::size_t d = check_rows("index_add", x, dim, index, where);
  check_source("index_add", x, d, index, source, where);
  check::not_fraction("index_add", x, alpha, where);
  detail::require_fits_modulo("index_add", alpha, x.dtype(), where, {{"input", x}});
  const Tensor scaled = alpha.to<double>() == 1 ? source : mul(source, alpha, where);
  const Tensor sum =
      add_rows(as_vector(x, where), d, as_vector(index, where), as_vector(scaled, where), where);
  return x.dim() == 0 ? reshape(sum, {}, where) : sum;
}

Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                  Where where) {
  const std::size_t d = check_rows("index_copy", x, dim, index, where);
  check_source("index_copy", x, d, index, source, where);
  const Tensor copied =
      copy_rows(as_vector(x, where), d, as_vector(index, where), as_vector(source, where), where);
  return x.dim() == 0 ? reshape(copied, {}, where) : copied;
}

Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value,
                  Where where) {
  const std::size_t d = check_rows("index_fill", x, dim, index, where);
  check::value("index_fill", x, value, where);
  const Tensor filled = fill_rows(as_vector(x, where), d, as_vector(index, where), value, where);
  return x.dim() == 0 ? reshape(filled, {}, where) : filled;
}

}  // namespace retrograd
