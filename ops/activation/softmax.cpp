#include <retrograd/ops/softmax.h>

#include <cmath>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/reduce/reduce.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

Tensor softmax(const Tensor& x, std::int64_t dim, Where where) {
  if (autocast::widens(x)) {
    return softmax(widened(x, where), dim, where);
  }
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
                 .backward = [dim, d](const Backward& b) -> Gradients {
                   if (!grad_enabled()) {
                     return {kernels::softmax_grad(b.grad, b.saved(0), d)};
                   }
                   const Tensor share = widened(b.saved(0), {});
                   const Tensor part = widened(b.grad, {}) * share;
                   return {(part - share * sum(part, dim, true)).to(b.grad.dtype())};
                 }});
}

Tensor log_softmax(const Tensor& x, std::int64_t dim, Where where) {
  if (autocast::widens(x)) {
    return log_softmax(widened(x, where), dim, where);
  }
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
                 .backward = [dim, d](const Backward& b) -> Gradients {
                   if (!grad_enabled()) {
                     return {kernels::log_softmax_grad(b.grad, b.saved(0), d)};
                   }
                   const Tensor grad = widened(b.grad, {});
                   const Tensor share = exp(widened(b.saved(0), {}));
                   return {(grad - share * sum(grad, dim, true)).to(b.grad.dtype())};
                 }});
}

Tensor logsumexp(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  if (autocast::widens(x)) {
    return logsumexp(widened(x, where), dims, keepdim, where);
  }
  check::floating("logsumexp", x, where);
  const auto reduced = check::dims("logsumexp", x, dims, where);
  const Shape kept = detail::kept_shape(x.shape(), reduced);
  const Tensor values = x.detach();
  // The largest value is taken out, so that exp cannot overflow; an infinite one stays in.
  Tensor shift = zeros(kept, {.dtype = widened_dtype(x)});
  if (detail::reduced_count(x, reduced) > 0) {
    const Tensor largest = widened(kernels::amax(values, reduced), where);
    shift = retrograd::where(abs(largest) == INFINITY, 0.0, largest);
  }
  const Tensor wide =
      (log(kernels::sum_of_exp(values, reduced, kernels::as_contiguous(shift))) + shift).detach();
  const Tensor y = detail::finish(
      wide.dtype() == x.dtype() ? wide : kernels::converted(wide, x.dtype()), x, reduced, keepdim);
  return record({.op = "logsumexp",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {x, wide.dtype() == x.dtype() ? y : wide},
                 .backward = [kept, dims](const Backward& b) -> Gradients {
                   const Tensor given = b.saved(0);
                   const Tensor grad = reshape(widened(b.grad, {}), kept);
                   if (!grad_enabled()) {
                     return {kernels::times_exp(grad, given, reshape(b.saved(1), kept))};
                   }
                   // What bfloat16 rounds to is not what its gradient is of.
                   const Tensor upcast = widened(given, {});
                   const Tensor total = given.dtype() == bfloat16 ? logsumexp(upcast, dims, true)
                                                                  : reshape(b.saved(1), kept);
                   const Tensor finite = retrograd::where(total == -INFINITY, 0.0, total);
                   return {(grad * exp(upcast - finite)).to(given.dtype())};
                 }});
}

}  // namespace retrograd
