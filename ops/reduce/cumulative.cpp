#include <retrograd/ops/cumulative.h>

#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/reduce/reduce.h>
#include <retrograd/ops/kernels/reduce/scan.h>

namespace retrograd {

namespace {

using namespace detail;

// y[i] = x[i - 1], or x[i + 1] in reverse; `fill` comes in at the end that is left open.
Tensor shifted(const Tensor& x, std::int64_t dim, bool reverse, double fill) {
  Shape edge = x.shape();
  if (edge[static_cast<std::size_t>(dim)] == 0) {
    return x;
  }
  edge[static_cast<std::size_t>(dim)] = 1;
  const Tensor open = full(edge, fill, {.dtype = x.dtype()});
  return reverse ? cat({slice(x, dim, 1), open}, dim) : cat({open, slice(x, dim, 0, -1)}, dim);
}

// y[i] = a[i] y[i-1] + b[i], in reverse y[i] = a[i] y[i+1] + b[i], from 0. The gradient to b is a
// linear_scan that runs the other way with the factors one step on.
Tensor linear_scan(const Tensor& a, const Tensor& b, std::int64_t dim, bool reverse) {
  const Call call("linear_scan", {});
  const Tensor y = kernels::linear_scan(a, b, static_cast<std::size_t>(dim), reverse, 0);
  return call.record(
      {.output = y,
       .inputs = {a, b},
       .saved = {a, y},
       .backward = [dim, reverse](const Backward& g) -> Gradients {
         const Tensor next = shifted(g.saved(0), dim, !reverse, 0);
         const Tensor to_b = linear_scan(next, g.grad, dim, !reverse);
         return {g.needs(0) ? to_b * shifted(g.saved(1), dim, reverse, 0) : Tensor(), to_b};
       }});
}

Tensor running_sum(const Tensor& x, std::int64_t dim, bool reverse) {
  const Call call("cumsum", {});
  return with_rule(call, x, kernels::running_sum(x, static_cast<std::size_t>(dim), reverse),
                   [dim, reverse](const Tensor& g) { return running_sum(g, dim, !reverse); });
}

// dL/dx[i] = y[i-1] (g[i] + x[i+1] (g[i+1] + x[i+2] (...))).
Tensor running_product(const Tensor& x, std::int64_t dim, bool reverse) {
  const Call call("cumprod", {});
  const Tensor y = kernels::running_product(x, static_cast<std::size_t>(dim), reverse);
  return with_backward(call, x, y, {x, y}, [dim, reverse](const Backward& b) {
    const Tensor next = shifted(b.saved(0), dim, !reverse, 0);
    const Tensor before = shifted(b.saved(1), dim, reverse, 1);
    return before * linear_scan(next, b.grad, dim, !reverse);
  });
}

// For each element along `dim`, the product of all others.
Tensor product_of_others(const Tensor& x, std::int64_t dim) {
  return shifted(running_product(x, dim, false), dim, false, 1) *
         shifted(running_product(x, dim, true), dim, true, 1);
}

// The gradient of prod() to x, for one to a result.
Tensor gradient_of_prod(const Tensor& grad, const Tensor& x, const DimMask& reduced) {
  // The dimensions in the order kept, reduced.
  Dims order = reduced_dims(x.shape().size(), reduced, false);
  for (const std::int64_t d : reduced_dims(x.shape().size(), reduced)) {
    order.push_back(d);
  }
  const Tensor moved = permute(x, order);
  Shape lines = dropped_shape(x.shape(), reduced);
  const Shape results = lines;
  lines.push_back(reduced_count(x, reduced));
  Shape columns = results;
  columns.push_back(1);
  const Tensor others =
      product_of_others(reshape(moved, lines), -1 + static_cast<std::int64_t>(lines.size()));
  const Tensor gradient = reshape(reshape(grad, columns) * others, moved.shape());
  return permute(gradient, inverse(order));
}

Tensor summable(const Tensor& x) {
  return is_floating(x.dtype()) ? x : x.to(int64);
}

using Scan = Tensor (*)(const Tensor& x, std::int64_t dim, bool reverse);

// A scan from the front, after the checks.
Tensor scanned(const Call& call, Scan scan, const Tensor& x, std::int64_t dim) {
  const auto [input] = call.inputs({{"input", x}});
  const auto d = static_cast<std::int64_t>(check::dim(call, x, dim));
  if (x.dim() == 0) {
    return call.result(reshape(scan(reshape(summable(input), {1}), 0, false), {}));
  }
  return call.result(scan(summable(input), d, false));
}

}  // namespace

Tensor cumsum(const Tensor& x, std::int64_t dim, Where where) {
  return scanned(Call("cumsum", where, Cast::upcast, x, dim), running_sum, x, dim);
}

Tensor cumprod(const Tensor& x, std::int64_t dim, Where where) {
  return scanned(Call("cumprod", where, Cast::upcast, x, dim), running_product, x, dim);
}

Tensor prod(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  const Call call("prod", where, Cast::upcast, x, dims, keepdim);
  const auto [input] = call.inputs({{"input", x}});
  const DimMask reduced = check::dims(call, x, dims);
  const Tensor y = finish(kernels::prod(input, reduced), input, reduced, keepdim);
  return with_rule(call, input, y, input, [reduced](const Tensor& g, const Tensor& v) {
    return gradient_of_prod(g, v, reduced);
  });
}

}  // namespace retrograd
