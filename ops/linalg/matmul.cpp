#include <retrograd/ops/matmul.h>

#include <algorithm>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/relu.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/matmul.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd {

namespace {

Tensor swapped(const Tensor& x) {
  return transpose(x, -2, -1);
}

// A matrix seen as a batch of one, and back: the kernel knows batches alone.
Tensor batch_of_one(const Tensor& x) {
  return detail::view_within(x, {1, x.shape()[0], x.shape()[1]},
                             {0, x.strides()[0], x.strides()[1]}, x.impl().offset);
}

// `wide` bfloat16 gives float32: sums that are not rounded yet.
Tensor multiply(const Tensor& a, const Tensor& b, bool wide = false) {
  const auto kernel = wide ? kernels::matmul_wide : kernels::matmul;
  if (a.dim() == 3) {
    return kernel(a, b);
  }
  const Tensor y = kernel(batch_of_one(a), batch_of_one(b));
  return detail::view_within(y, {y.shape()[1], y.shape()[2]}, {y.strides()[1], y.strides()[2]}, 0);
}

// Two matrices, or two batches of matrices (batch or 1, rows, columns).
Tensor product(const Tensor& a, const Tensor& b, Where where) {
  return record(
      {.op = "matmul",
       .where = where,
       .output = multiply(a, b),
       .inputs = {a, b},
       .saved = {save_if(b.requires_grad(), a), save_if(a.requires_grad(), b)},
       .backward = [a_shape = a.shape(), b_shape = b.shape()](const Backward& g) -> Gradients {
         return {g.needs(0) ? sum_gradient_to(product(g.grad, swapped(g.saved(1)), {}), a_shape)
                            : Tensor(),
                 g.needs(1) ? sum_gradient_to(product(swapped(g.saved(0)), g.grad, {}), b_shape)
                            : Tensor()};
       }});
}

Shape leading(const Tensor& x) {
  Shape shape = x.shape();
  shape.resize(shape.size() - 2);
  return shape;
}

// (lead..., rows, columns) as (batch, rows, columns), with 1 for a batch that repeats.
Tensor as_batch(const Tensor& x, const Shape& lead, Where where) {
  const std::int64_t rows = x.shape()[x.shape().size() - 2];
  const std::int64_t columns = x.shape().back();
  const Shape own = leading(x);
  if (std::all_of(own.begin(), own.end(), [](std::int64_t size) { return size == 1; })) {
    return reshape(x, {1, rows, columns}, where);
  }
  Shape full = lead;
  full.push_back(rows);
  full.push_back(columns);
  std::int64_t batch = 1;
  for (const std::int64_t size : lead) {
    batch *= size;
  }
  return reshape(expand_operand(x, full, where), {batch, rows, columns}, where);
}

// The number of rows of all matrices together.
std::int64_t rows_of(const Tensor& x) {
  std::int64_t rows = 1;
  for (std::size_t d = 0; d + 1 < x.shape().size(); ++d) {
    rows *= x.shape()[d];
  }
  return rows;
}

// x with its leading dimensions joined: (rows, columns).
Tensor as_rows(const Tensor& x, Where where) {
  return x.dim() == 2 ? x : reshape(x, {rows_of(x), x.shape().back()}, where);
}

// Matrices of any leading dimensions; each of at least two dimensions.
Tensor broadcast_product(const Tensor& a, const Tensor& b, Where where) {
  if (a.dim() == 2 && b.dim() == 2) {
    return product(a, b, where);
  }
  const Shape lead = broadcast_shapes("matmul", leading(a), leading(b), where);
  Shape result = lead;
  result.push_back(a.shape()[a.shape().size() - 2]);
  result.push_back(b.shape().back());
  if (b.dim() == 2) {
    // One product of all rows is faster than a batch of small ones.
    return reshape(product(as_rows(a, where), b, where), result, where);
  }
  return reshape(product(as_batch(a, lead, where), as_batch(b, lead, where), where), result, where);
}

// The values of linear_rows. Adding the bias to the fresh product saves a pass over memory.
Tensor linear_values(const Tensor& x, const Tensor& weight, const Tensor& bias, bool relu) {
  const bool wide = bias.defined() && x.dtype() == bfloat16;  // rounded once, with the bias
  const Tensor y = multiply(
      x,
      detail::view_within(weight, {weight.shape()[1], weight.shape()[0]},
                          {weight.strides()[1], weight.strides()[0]}, weight.impl().offset),
      wide);
  if (bias.defined()) {
    const Tensor added = wide ? bias.detach().to(float32) : bias;
    const Tensor row =
        detail::view_within(added, y.shape(), {0, added.strides()[0]}, added.impl().offset);
    relu ? kernels::add_relu_in_place(y, row)
         : kernels::binary_in_place(kernels::Binary::add, y, row);
  } else if (relu) {
    kernels::relu_in_place(y);
  }
  return wide ? y.to(bfloat16) : y;
}

// x (rows, in), weight (out, in), bias (out) or undefined: matmul, add and ReLU in one.
Tensor linear_rows(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                   bool relu, Where where) {
  const Tensor y = linear_values(x, weight, bias, relu);
  return record({.op = op,
                 .where = where,
                 .output = y,
                 .inputs = {x, weight, bias},
                 .saved = {save_if(weight.requires_grad(), x), save_if(x.requires_grad(), weight),
                           save_if(relu, y)},
                 .backward = [relu](const Backward& b) -> Gradients {
                   const Tensor grad = relu ? relu_grad(b.grad, b.saved(2)) : b.grad;
                   return {b.needs(0) ? product(grad, b.saved(1), {}) : Tensor(),
                           b.needs(1) ? product(swapped(grad), b.saved(0), {}) : Tensor(),
                           b.needs(2) ? sum(grad, 0) : Tensor()};
                 }});
}

Tensor linear_of(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                 bool relu, Where where) {
  if (autocast::lowers(x, weight, bias)) {
    return linear_of(op, autocast::lowered(x, where), autocast::lowered(weight, where),
                     autocast::lowered(bias, where), relu, where);
  }
  check::floating(op, x, where);
  check::defined(op, "weight", weight, where);
  check::same_dtype(op, "input", x, "weight", weight, where);
  if (x.dim() == 0 || weight.dim() != 2) {
    fail<ShapeError>(op, where, "needs an input (..., in) and a weight (out, in)",
                     {{"input", x}, {"weight", weight}});
  }
  if (x.shape().back() != weight.shape()[1]) {
    fail<ShapeError>(op, where,
                     "input has " + std::to_string(x.shape().back()) +
                         " features but weight expects " + std::to_string(weight.shape()[1]),
                     {{"input", x}, {"weight", weight}});
  }
  if (bias.defined()) {
    check::same_dtype(op, "input", x, "bias", bias, where);
    if (bias.shape() != Shape{weight.shape()[0]}) {
      fail<ShapeError>(op, where,
                       "bias must have one element for each of the " +
                           std::to_string(weight.shape()[0]) + " outputs",
                       {{"weight", weight}, {"bias", bias}});
    }
  }
  if (x.dim() == 2) {
    return linear_rows(op, x, weight, bias, relu, where);
  }
  Shape shape = x.shape();
  shape.back() = weight.shape()[0];
  const Tensor rows = reshape(x, {rows_of(x), x.shape().back()}, where);
  return reshape(linear_rows(op, rows, weight, bias, relu, where), shape, where);
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, Where where) {
  check::defined("matmul", "the first operand", a, where);
  check::defined("matmul", "the second operand", b, where);
  if (autocast::lowers(a, b)) {
    return matmul(autocast::lowered(a, where), autocast::lowered(b, where), where);
  }
  check::same_dtype("matmul", "a", a, "b", b, where);
  if (a.dtype() == boolean) {
    fail<DTypeError>("matmul", where, "booleans have no product", {{"a", a}, {"b", b}});
  }
  if (a.dim() == 0 || b.dim() == 0) {
    fail<ShapeError>("matmul", where, "scalars are multiplied with *", {{"a", a}, {"b", b}});
  }
  const std::int64_t inner_a = a.shape().back();
  const std::int64_t inner_b = b.dim() == 1 ? b.shape()[0] : b.shape()[b.shape().size() - 2];
  if (inner_a != inner_b) {
    fail<ShapeError>("matmul", where,
                     "rows of a have " + std::to_string(inner_a) +
                         " elements but columns of b have " + std::to_string(inner_b),
                     {{"a", a}, {"b", b}});
  }
  const Tensor a2 = a.dim() == 1 ? unsqueeze(a, 0, where) : a;
  const Tensor b2 = b.dim() == 1 ? unsqueeze(b, 1, where) : b;
  Tensor y = broadcast_product(a2, b2, where);
  if (b.dim() == 1) {
    y = squeeze(y, -1, where);
  }
  if (a.dim() == 1) {
    y = squeeze(y, b.dim() == 1 ? -1 : -2, where);
  }
  return y;
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Where where) {
  return linear_of("linear", x, weight, bias, false, where);
}

Tensor linear_relu(const Tensor& x, const Tensor& weight, const Tensor& bias, Where where) {
  return linear_of("linear_relu", x, weight, bias, true, where);
}

}  // namespace retrograd
