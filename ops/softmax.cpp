#include <retrograd/ops/softmax.h>

#include <cmath>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd {

namespace {

Shape sum_shape(const Tensor& x, const kernels::DimMask& reduced) {
  Shape shape;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (!reduced[d]) {
      shape.push_back(x.shape()[d]);
    }
  }
  return shape;
}

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t dim, Where where) {
  check::floating("softmax", x, where);
  const std::size_t d = check::dim("softmax", x, dim, where);
  if (x.dim() == 0) {
    return reshape(softmax(reshape(x, {1}, where), 0, where), {}, where);
  }
  const Tensor y = kernels::softmax(x, d);
  return record({.op = "softmax",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {y},
                 .backward = [dim](const Backward& b) -> Gradients {
                   const Tensor y = b.saved(0);
                   const Tensor gy = b.grad * y;
                   return {gy - y * sum(gy, dim, true)};
                 }});
}

Tensor log_softmax(const Tensor& x, std::int64_t dim, Where where) {
  check::floating("log_softmax", x, where);
  const std::size_t d = check::dim("log_softmax", x, dim, where);
  if (x.dim() == 0) {
    return reshape(log_softmax(reshape(x, {1}, where), 0, where), {}, where);
  }
  const Tensor y = kernels::log_softmax(x, d);
  return record({.op = "log_softmax",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {y},
                 .backward = [dim](const Backward& b) -> Gradients {
                   return {b.grad - exp(b.saved(0)) * sum(b.grad, dim, true)};
                 }});
}

Tensor logsumexp(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  check::floating("logsumexp", x, where);
  const auto reduced = check::dims("logsumexp", x, dims, where);
  Shape kept = x.shape();
  bool nothing = false;
  for (std::size_t d = 0; d < kept.size(); ++d) {
    nothing = nothing || (reduced[d] && kept[d] == 0);
    kept[d] = reduced[d] ? 1 : kept[d];
  }
  const Tensor values = x.detach();
  Tensor y;
  if (nothing) {
    y = log(sum(values, dims, keepdim));
  } else {
    // The largest value is taken out, so that exp cannot overflow; an infinite one stays in.
    const Tensor largest = amax(values, dims, true);
    const Tensor shift = retrograd::where(abs(largest) == INFINITY, 0.0, largest);
    const Tensor total = log(sum(exp(values - shift), dims, true)) + shift;
    y = keepdim ? total : reshape(total, sum_shape(x, reduced));
  }
  y = y.detach();
  return record({.op = "logsumexp",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {x, y},
                 .backward = [kept](const Backward& b) -> Gradients {
                   const Tensor x = b.saved(0);
                   const Tensor y = reshape(b.saved(1), kept);
                   const Tensor finite = retrograd::where(y == -INFINITY, 0.0, y);
                   return {reshape(b.grad, kept) * exp(x - finite)};
                 }});
}

}  // namespace retrograd
