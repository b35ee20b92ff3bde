#include <retrograd/ops/products.h>

#include <functional>
#include <numeric>

#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/matmul.h>

namespace retrograd {

namespace {

void check_factors(const Call& call, const Tensor& a, const Tensor& b, std::int64_t rank,
                   const char* kind) {
  check::same_dtype(call, "a", a, "b", b);
  check::require<DTypeError>(call, a.dtype() != boolean, {{"a", a}, {"b", b}},
                             "booleans have no product [dtype-unexpected]");
  check::require<ShapeError>(call, a.dim() == rank && b.dim() == rank, {{"a", a}, {"b", b}},
                             "needs two {} [rank-unexpected]", kind);
}

void check_matrices(const Call& call, const Tensor& a, const Tensor& b, bool batched) {
  check_factors(call, a, b, batched ? 3 : 2,
                batched ? "batches of matrices (3 dimensions)" : "matrices (2 dimensions)");
  check::require<ShapeError>(call, !batched || a.shape()[0] == b.shape()[0], {{"a", a}, {"b", b}},
                             "batches of {} and {} matrices [batch-sizes-differ]", a.shape()[0],
                             b.shape()[0]);
  check::require<ShapeError>(
      call, a.size(-1) == b.size(-2), {{"a", a}, {"b", b}},
      "rows of a have {} elements but columns of b have {} [inner-sizes-differ]", a.size(-1),
      b.size(-2));
}

Tensor matrix_product(const Call& call, const Tensor& a, const Tensor& b, bool batched) {
  const auto [x, y] = call.inputs({{"the first operand", a}, {"the second operand", b}});
  check_matrices(call, x, y, batched);
  return call.result(matmul(x, y));
}

Tensor scaled(const Tensor& x, double factor) {
  return factor == 1 ? x : x * factor;
}

// y, which is fresh, with `input` as one more input whose gradient is 0.
Tensor with_zero_gradient(const Call& call, const Tensor& y, const Tensor& input) {
  return call.record(
      {.output = y.detach(),
       .inputs = {y, input},
       .backward = [shape = input.shape()](const Backward& b) -> Gradients {
         return {b.grad, b.needs(1) ? zeros(shape, {.dtype = b.grad.dtype()}) : Tensor()};
       }});
}

Tensor add_product(const Call& call, const Tensor& input, const Tensor& a, const Tensor& b,
                   AddmmOptions options, bool batched) {
  const auto [x, left, right] = call.inputs(
      {{"input", input, floating}, {"the first operand", a}, {"the second operand", b}});
  check_matrices(call, left, right, batched);
  check::same_dtype(call, "input", x, "a", left);
  Shape shape = left.shape();
  shape.back() = right.shape().back();
  const std::initializer_list<ErrorArgument> operands = {{"input", input}, {"a", a}, {"b", b}};
  check::require<ShapeError>(
      call, check::broadcast(call, operands, x.shape(), shape) == shape, operands,
      "input does not broadcast to the product's shape {} [shapes-differ]", shape);
  const Tensor product = scaled(matmul(widened(left), widened(right)), options.alpha);
  if (options.beta == 0) {  // what the input holds does not count
    return with_zero_gradient(call, product.to(left.dtype()), x);
  }
  return call.result((scaled(widened(x), options.beta) + product).to(left.dtype()));
}

void check_bilinear(const Call& call, const Tensor& x1, const Tensor& x2, const Tensor& weight,
                    const Tensor& bias) {
  check::same_dtype(call, "x1", x1, "x2", x2);
  check::same_dtype(call, "x1", x1, "weight", weight);
  const std::initializer_list<ErrorArgument> inputs = {{"x1", x1}, {"x2", x2}, {"weight", weight}};
  check::require<ShapeError>(
      call, x1.dim() > 0 && x1.dim() == x2.dim() && weight.dim() == 3, inputs,
      "needs inputs (..., in1) and (..., in2) and a weight (out, in1, in2) [rank-unexpected]");
  for (std::size_t d = 0; d + 1 < x1.shape().size(); ++d) {
    check::require<ShapeError>(call, x1.shape()[d] == x2.shape()[d], inputs,
                               "the inputs differ in dimension {} [shapes-differ]", d);
  }
  check::require<ShapeError>(
      call, x1.size(-1) == weight.shape()[1] && x2.size(-1) == weight.shape()[2], inputs,
      "inputs have {} and {} features but weight expects {} and {} [features-differ]", x1.size(-1),
      x2.size(-1), weight.shape()[1], weight.shape()[2]);
  if (bias.defined()) {
    check::same_dtype(call, "x1", x1, "bias", bias);
    check::require<ShapeError>(
        call, bias.shape() == Shape{weight.shape()[0]}, {{"weight", weight}, {"bias", bias}},
        "bias must have one element for each of the {} outputs [shape-unexpected]",
        weight.shape()[0]);
  }
}

}  // namespace

Tensor dot(const Tensor& a, const Tensor& b, Where where) {
  const Call call("dot", where, Cast::downcast, a, b);
  const auto [x, y] = call.inputs({{"the first operand", a}, {"the second operand", b}});
  check_factors(call, x, y, 1, "vectors");
  check::require<ShapeError>(call, x.shape() == y.shape(), {{"a", a}, {"b", b}},
                             "the vectors differ in length [shapes-differ]");
  return call.result(matmul(x, y));
}

Tensor outer(const Tensor& a, const Tensor& b, Where where) {
  const Call call("outer", where, a, b);
  const auto [x, y] = call.inputs({{"the first operand", a}, {"the second operand", b}});
  check_factors(call, x, y, 1, "vectors");
  return call.result(unsqueeze(x, 1) * y);
}

Tensor mm(const Tensor& a, const Tensor& b, Where where) {
  return matrix_product(Call("mm", where, Cast::downcast, a, b), a, b, false);
}

Tensor bmm(const Tensor& a, const Tensor& b, Where where) {
  return matrix_product(Call("bmm", where, Cast::downcast, a, b), a, b, true);
}

Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options,
             Where where) {
  const Call call("addmm", where, Cast::downcast, input, a, b, options);
  return add_product(call, input, a, b, options, false);
}

Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b, AddmmOptions options,
               Where where) {
  const Call call("baddbmm", where, Cast::downcast, input, a, b, options);
  return add_product(call, input, a, b, options, true);
}

Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias,
                Where where) {
  const Call call("bilinear", where, Cast::downcast, x1, x2, weight, bias);
  const auto [a, b, w, c] = call.inputs({{"input", x1, floating},
                                         {"the second input", x2},
                                         {"weight", weight},
                                         {"bias", bias, optional}});
  check_bilinear(call, a, b, w, c);
  const std::int64_t out = w.shape()[0];
  const std::int64_t in1 = w.shape()[1];
  const std::int64_t in2 = w.shape()[2];
  Shape shape = a.shape();
  shape.back() = out;
  const std::int64_t rows =
      std::accumulate(shape.begin(), shape.end() - 1, std::int64_t{1}, std::multiplies<>());
  // x1 times all the matrices at once: (rows, out, in2), then each row by its x2.
  const Tensor matrices = reshape(permute(widened(w), {1, 0, 2}), {in1, out * in2});
  const Tensor left = matmul(reshape(widened(a), {rows, in1}), matrices);
  const Tensor y = matmul(reshape(left, {rows, out, in2}), reshape(widened(b), {rows, in2, 1}));
  const Tensor shaped = reshape(y, shape);
  return call.result((c.defined() ? shaped + widened(c) : shaped).to(a.dtype()));
}

}  // namespace retrograd
