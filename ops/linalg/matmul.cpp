#include <retrograd/ops/matmul.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/ops/kernels/linalg/matmul.h>
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

Tensor product(const Tensor& a, const Tensor& b);

// Two matrices, or two batches of matrices (batch or 1, rows, columns).
Tensor product(const Call& call, const Tensor& a, const Tensor& b) {
  return with_product_rules(
      call, a, b, multiply(a, b),
      [shape = a.shape()](const Tensor& g, const Tensor& right) {
        return sum_gradient_to(product(g, swapped(right)), shape);
      },
      [shape = b.shape()](const Tensor& g, const Tensor& left) {
        return sum_gradient_to(product(swapped(left), g), shape);
      });
}

// The same in a backward, where Autocast does nothing.
Tensor product(const Tensor& a, const Tensor& b) {
  return product(Call("matmul", {}), a, b);
}

// (lead..., rows, columns) as (batch, rows, columns), with 1 for a batch that repeats.
Tensor as_batch(const Tensor& x, const Shape& lead) {
  const std::int64_t rows = x.size(-2);
  const std::int64_t columns = x.size(-1);
  const Shape own = leading(x);
  if (std::all_of(own.begin(), own.end(), [](std::int64_t size) { return size == 1; })) {
    return reshape(x, {1, rows, columns});
  }
  Shape full = lead;
  full.push_back(rows);
  full.push_back(columns);
  const std::int64_t batch =
      std::accumulate(lead.begin(), lead.end(), std::int64_t{1}, std::multiplies<>());
  return reshape(expand_operand(x, full), {batch, rows, columns});
}

// x with its leading dimensions joined: (rows, columns).
Tensor as_rows(const Tensor& x) {
  const Shape& shape = x.shape();
  const std::int64_t rows =
      std::accumulate(shape.begin(), shape.end() - 1, std::int64_t{1}, std::multiplies<>());
  return shape.size() == 2 ? x : reshape(x, {rows, shape.back()});
}

// Matrices of any leading dimensions; each of at least two dimensions.
Tensor broadcast_product(const Call& call, const Tensor& a, const Tensor& b) {
  if (a.dim() == 2 && b.dim() == 2) {
    return product(call, a, b);
  }
  const Shape lead = check::broadcast(call, {{"a", a}, {"b", b}}, leading(a), leading(b));
  Shape result = lead;
  result.push_back(a.size(-2));
  result.push_back(b.size(-1));
  if (b.dim() == 2) {
    // One product of all rows is faster than a batch of small ones.
    return reshape(product(call, as_rows(a), b), result);
  }
  return reshape(product(call, as_batch(a, lead), as_batch(b, lead)), result);
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
Tensor linear_rows(const Call& call, const Tensor& x, const Tensor& weight, const Tensor& bias,
                   bool relu) {
  const Tensor y = linear_values(x, weight, bias, relu);
  return call.record({.output = y,
                      .inputs = {x, weight, bias},
                      .saved = {save_if(weight.requires_grad(), x),
                                save_if(x.requires_grad(), weight), save_if(relu, y)},
                      .backward = [relu](const Backward& b) -> Gradients {
                        const Tensor grad = relu ? relu_grad(b, b.saved(2)) : b.grad;
                        return {b.needs(0) ? product(grad, b.saved(1)) : Tensor(),
                                b.needs(1) ? product(swapped(grad), b.saved(0)) : Tensor(),
                                b.needs(2) ? sum(grad, 0) : Tensor()};
                      }});
}

// The dimensions of x as they lie in memory; none where its rows lie in order, or with gaps.
Dims order_in_memory(const Tensor& x) {
  Dims order;
  if (x.dim() < 3 || x.is_contiguous() || !x.impl().dense || x.strides().back() != 1) {
    return order;
  }
  const Strides& strides = x.strides();
  for (std::size_t d = 0; d < strides.size(); ++d) {
    order.push_back(static_cast<std::int64_t>(d));
    for (std::size_t i = d; i > 0 && d + 1 < strides.size(); --i) {  // the last stays
      if (strides[static_cast<std::size_t>(order[i - 1])] >= strides[d]) {
        break;
      }
      std::swap(order[i - 1], order[i]);
    }
  }
  return order;
}

Tensor linear_of(const Call& call, const Tensor& input, const Tensor& weight, const Tensor& bias,
                 bool relu) {
  const auto [x, w, b] = call.inputs(
      {{"input", input, floating}, {"weight", weight, like_first}, {"bias", bias, optional}});
  check::require<ShapeError>(call, x.dim() > 0 && w.dim() == 2,
                             {{"input", input}, {"weight", weight}},
                             "needs an input (..., in) and a weight (out, in) [rank-unexpected]");
  check::require<ShapeError>(call, x.shape().back() == w.shape()[1],
                             {{"input", input}, {"weight", weight}},
                             "input has {} features but weight expects {} [features-differ]",
                             x.shape().back(), w.shape()[1]);
  if (b.defined()) {
    check::same_dtype(call, "input", x, "bias", b);
    check::require<ShapeError>(
        call, b.shape() == Shape{w.shape()[0]}, {{"weight", weight}, {"bias", bias}},
        "bias must have one element for each of the {} outputs [shape-unexpected]", w.shape()[0]);
  }
  if (x.dim() == 2) {
    return linear_rows(call, x, w, b, relu);
  }
  Shape shape = x.shape();
  shape.back() = w.shape()[0];
  // Of a permuted x, such as what a recurrent layer gives with batch_first, the results are put in
  // order if they are fewer than its elements.
  if (const Dims order = order_in_memory(x); !order.empty() && shape.back() < x.shape().back()) {
    Shape permuted = shape;
    Dims back = order;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto from = static_cast<std::size_t>(order[i]);
      permuted[i] = shape[from];
      back[from] = static_cast<std::int64_t>(i);
    }
    const Tensor y = linear_rows(call, as_rows(permute(x, order)), w, b, relu);
    return call.result(permute(reshape(y, permuted), back).contiguous());
  }
  return call.result(reshape(linear_rows(call, as_rows(x), w, b, relu), shape));
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, Where where) {
  const Call call("matmul", where, Cast::downcast, a, b);
  const auto [x, y] = call.inputs({{"the first operand", a}, {"the second operand", b}});
  check::same_dtype(call, "a", x, "b", y);
  check::require<DTypeError>(call, x.dtype() != boolean, {{"a", a}, {"b", b}},
                             "booleans have no product [dtype-unexpected]");
  check::require<ShapeError>(call, x.dim() > 0 && y.dim() > 0, {{"a", a}, {"b", b}},
                             "scalars are multiplied with * [rank-unexpected]");
  const std::int64_t inner_a = x.shape().back();
  const std::int64_t inner_b = y.dim() == 1 ? y.shape()[0] : y.shape()[y.shape().size() - 2];
  check::require<ShapeError>(
      call, inner_a == inner_b, {{"a", a}, {"b", b}},
      "rows of a have {} elements but columns of b have {} [inner-sizes-differ]", inner_a, inner_b);
  const Tensor rows = x.dim() == 1 ? unsqueeze(x, 0) : x;
  const Tensor columns = y.dim() == 1 ? unsqueeze(y, 1) : y;
  Tensor result = broadcast_product(call, rows, columns);
  if (y.dim() == 1) {
    result = squeeze(result, -1);
  }
  if (x.dim() == 1) {
    result = squeeze(result, y.dim() == 1 ? -1 : -2);
  }
  return call.result(std::move(result));
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, Where where) {
  return linear_of(Call("linear", where, Cast::downcast, x, weight, bias), x, weight, bias, false);
}

Tensor linear_relu(const Tensor& x, const Tensor& weight, const Tensor& bias, Where where) {
  const Call call("linear_relu", where, Cast::downcast, x, weight, bias);
  return linear_of(call, x, weight, bias, true);
}

}  // namespace retrograd
