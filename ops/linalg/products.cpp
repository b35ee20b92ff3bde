#include <retrograd/ops/products.h>

#include <string>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

void check_factors(const char* op, const Tensor& a, const Tensor& b, std::int64_t rank,
                   const char* kind, Where where) {
  check::defined(op, "the first operand", a, where);
  check::defined(op, "the second operand", b, where);
  check::same_dtype(op, "a", a, "b", b, where);
  if (a.dtype() == boolean) {
    fail<DTypeError>(op, where, "booleans have no product", {{"a", a}, {"b", b}});
  }
  if (a.dim() != rank || b.dim() != rank) {
    fail<ShapeError>(op, where, std::string("needs two ") + kind, {{"a", a}, {"b", b}});
  }
}

void check_matrices(const char* op, const Tensor& a, const Tensor& b, bool batched, Where where) {
  check_factors(op, a, b, batched ? 3 : 2,
                batched ? "batches of matrices (3 dimensions)" : "matrices (2 dimensions)", where);
  if (batched && a.shape()[0] != b.shape()[0]) {
    fail<ShapeError>(op, where,
                     "batches of " + std::to_string(a.shape()[0]) + " and " +
                         std::to_string(b.shape()[0]) + " matrices",
                     {{"a", a}, {"b", b}});
  }
  const std::size_t last = batched ? 2 : 1;
  if (a.shape()[last] != b.shape()[last - 1]) {
    fail<ShapeError>(op, where,
                     "rows of a have " + std::to_string(a.shape()[last]) +
                         " elements but columns of b have " + std::to_string(b.shape()[last - 1]),
                     {{"a", a}, {"b", b}});
  }
}

Tensor scaled(const Tensor& x, double factor, Where where) {
  return factor == 1 ? x : mul(x, factor, where);
}

// y, which is fresh, with `input` as one more input whose gradient is 0.
Tensor with_zero_gradient(const char* op, const Tensor& y, const Tensor& input, Where where) {
  return record({.op = op,
                 .where = where,
                 .output = y.detach(),
                 .inputs = {y, input},
                 .backward = [shape = input.shape()](const Backward& b) -> Gradients {
                   return {b.grad, b.needs(1) ? zeros(shape, {.dtype = b.grad.dtype()}) : Tensor()};
                 }});
}

Tensor add_product(const char* op, const Tensor& input, const Tensor& a, const Tensor& b,
                   AddmmOptions options, bool batched, Where where) {
  if (autocast::applies(input, a, b)) {
    const detail::AutocastOff off;  // what is widened below stays so
    return add_product(op, autocast::lowered(input, where), autocast::lowered(a, where),
                       autocast::lowered(b, where), options, batched, where);
  }
  check::floating(op, input, where);
  check_matrices(op, a, b, batched, where);
  check::same_dtype(op, "input", input, "a", a, where);
  Shape shape = a.shape();
  shape.back() = b.shape().back();
  if (broadcast_shapes(op, input.shape(), shape, where) != shape) {
    fail<ShapeError>(op, where,
                     "input does not broadcast to the product's shape " + to_string(shape),
                     {{"input", input}, {"a", a}, {"b", b}});
  }
  const Tensor product =
      scaled(matmul(widened(a, where), widened(b, where), where), options.alpha, where);
  if (options.beta == 0) {  // what the input holds does not count
    return with_zero_gradient(op, product.to(a.dtype(), where), input, where);
  }
  return add(scaled(widened(input, where), options.beta, where), product, where)
      .to(a.dtype(), where);
}

void check_bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias,
                    Where where) {
  check::floating("bilinear", x1, where);
  check::defined("bilinear", "the second input", x2, where);
  check::defined("bilinear", "weight", weight, where);
  check::same_dtype("bilinear", "x1", x1, "x2", x2, where);
  check::same_dtype("bilinear", "x1", x1, "weight", weight, where);
  const auto refuse = [&](const std::string& why) {
    fail<ShapeError>("bilinear", where, why, {{"x1", x1}, {"x2", x2}, {"weight", weight}});
  };
  if (x1.dim() == 0 || x1.dim() != x2.dim() || weight.dim() != 3) {
    refuse("needs inputs (..., in1) and (..., in2) and a weight (out, in1, in2)");
  }
  for (std::size_t d = 0; d + 1 < x1.shape().size(); ++d) {
    if (x1.shape()[d] != x2.shape()[d]) {
      refuse("the inputs differ in dimension " + std::to_string(d));
    }
  }
  if (x1.shape().back() != weight.shape()[1] || x2.shape().back() != weight.shape()[2]) {
    refuse("inputs have " + std::to_string(x1.shape().back()) + " and " +
           std::to_string(x2.shape().back()) + " features but weight expects " +
           std::to_string(weight.shape()[1]) + " and " + std::to_string(weight.shape()[2]));
  }
  if (bias.defined()) {
    check::same_dtype("bilinear", "x1", x1, "bias", bias, where);
    if (bias.shape() != Shape{weight.shape()[0]}) {
      fail<ShapeError>("bilinear", where,
                       "bias must have one element for each of the " +
                           std::to_string(weight.shape()[0]) + " outputs",
                       {{"weight", weight}, {"bias", bias}});
    }
  }
}

}  // namespace

Tensor dot(const Tensor& a, const Tensor& b, Where where) {
  if (autocast::lowers(a, b)) {
    return dot(autocast::lowered(a, where), autocast::lowered(b, where), where);
  }
  check_factors("dot", a, b, 1, "vectors", where);
  if (a.shape() != b.shape()) {
    fail<ShapeError>("dot", where, "the vectors differ in length", {{"a", a}, {"b", b}});
  }
  return matmul(a, b, where);
}

Tensor outer(const Tensor& a, const Tensor& b, Where where) {
  check_factors("outer", a, b, 1, "vectors", where);
  return mul(unsqueeze(a, 1, where), b, where);
}

Tensor mm(const Tensor& a, const Tensor& b, Where where) {
  if (autocast::lowers(a, b)) {
    return mm(autocast::lowered(a, where), autocast::lowered(b, where), where);
  }
  check_matrices("mm", a, b, false, where);
  return matmul(a, b, where);
}

Tensor bmm(const Tensor& a, const Tensor& b, Where where) {
  if (autocast::lowers(a, b)) {
    return bmm(autocast::lowered(a, where), autocast::lowered(b, where), where);
  }
  check_matrices("bmm", a, b, true, where);
  return matmul(a, b, where);
}

Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options,
             Where where) {
  return add_product("addmm", input, a, b, options, false, where);
}

Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options,
               Where where) {
  return add_product("baddbmm", input, a, b, options, true, where);
}

Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias,
                Where where) {
  if (autocast::applies(x1, x2, weight, bias)) {
    const detail::AutocastOff off;  // what is widened below stays so
    return bilinear(autocast::lowered(x1, where), autocast::lowered(x2, where),
                    autocast::lowered(weight, where), autocast::lowered(bias, where), where);
  }
  check_bilinear(x1, x2, weight, bias, where);
  const std::int64_t out = weight.shape()[0];
  const std::int64_t in1 = weight.shape()[1];
  const std::int64_t in2 = weight.shape()[2];
  Shape shape = x1.shape();
  shape.back() = out;
  std::int64_t rows = 1;
  for (std::size_t d = 0; d + 1 < shape.size(); ++d) {
    rows *= shape[d];
  }
  // x1 times all the matrices at once: (rows, out, in2), then each row by its x2.
  const Tensor matrices =
      reshape(permute(widened(weight, where), {1, 0, 2}, where), {in1, out * in2}, where);
  const Tensor left = matmul(reshape(widened(x1, where), {rows, in1}, where), matrices, where);
  const Tensor y = matmul(reshape(left, {rows, out, in2}, where),
                          reshape(widened(x2, where), {rows, in2, 1}, where), where);
  const Tensor shaped = reshape(y, shape, where);
  return (bias.defined() ? add(shaped, widened(bias, where), where) : shaped).to(x1.dtype(), where);
}

}  // namespace retrograd
