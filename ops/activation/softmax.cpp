#include <retrograd/ops/softmax.h>

#include <cmath>

#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/reduce/reduce.h>
#include <retrograd/ops/kernels/shape/converted.h>

namespace retrograd {

Tensor softmax(const Tensor& x, std::int64_t dim, Where where) {
  const Call call("softmax", where, Cast::upcast, x, dim);
  const auto [input] = call.inputs({{"input", x, floating}});
  const std::size_t d = check::dim(call, input, dim);
  if (input.dim() == 0) {
    return call.result(reshape(softmax(reshape(input, {1}), 0), {}));
  }
  const Tensor y = kernels::softmax(input, d);
  return call.record({.output = y,
                      .inputs = {input},
                      .saved = {y},
                      .backward = [dim, d](const Backward& b) -> Gradients {
                        if (!b.recorded()) {
                          return {kernels::softmax_grad(b.grad, b.saved(0), d)};
                        }
                        const Tensor share = widened(b.saved(0));
                        const Tensor part = widened(b.grad) * share;
                        return {(part - share * sum(part, dim, true)).to(b.grad.dtype())};
                      }});
}

Tensor log_softmax(const Tensor& x, std::int64_t dim, Where where) {
  const Call call("log_softmax", where, Cast::upcast, x, dim);
  const auto [input] = call.inputs({{"input", x, floating}});
  const std::size_t d = check::dim(call, input, dim);
  if (input.dim() == 0) {
    return call.result(reshape(log_softmax(reshape(input, {1}), 0), {}));
  }
  const Tensor y = kernels::log_softmax(input, d);
  return call.record({.output = y,
                      .inputs = {input},
                      .saved = {y},
                      .backward = [dim, d](const Backward& b) -> Gradients {
                        if (!b.recorded()) {
                          return {kernels::log_softmax_grad(b.grad, b.saved(0), d)};
                        }
                        const Tensor grad = widened(b.grad);
                        const Tensor share = exp(widened(b.saved(0)));
                        return {(grad - share * sum(grad, dim, true)).to(b.grad.dtype())};
                      }});
}

Tensor logsumexp(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  const Call call("logsumexp", where, Cast::upcast, x, dims, keepdim);
  const auto [input] = call.inputs({{"input", x, floating}});
  const detail::DimMask reduced = check::dims(call, input, dims);
  const Shape kept = detail::kept_shape(input.shape(), reduced);
  const Tensor values = input.detach();
  // The largest value is taken out, so that exp cannot overflow; an infinite one stays in.
  Tensor shift = zeros(kept, {.dtype = widened_dtype(input)});
  if (detail::reduced_count(input, reduced) > 0) {
    const Tensor largest = widened(kernels::amax(values, reduced));
    shift = retrograd::where(abs(largest) == INFINITY, 0.0, largest);
  }
  const Tensor wide =
      (log(kernels::sum_of_exp(values, reduced, kernels::as_contiguous(shift))) + shift).detach();
  const bool exact = wide.dtype() == input.dtype();
  const Tensor y = detail::finish(exact ? wide : kernels::converted(wide, input.dtype()), input,
                                  reduced, keepdim);
  return call.record({.output = y,
                      .inputs = {input},
                      .saved = {input, exact ? y : wide},
                      .backward = [kept, dims](const Backward& b) -> Gradients {
                        const Tensor given = b.saved(0);
                        const Tensor grad = reshape(widened(b.grad), kept);
                        if (!b.recorded()) {
                          return {kernels::times_exp(grad, given, reshape(b.saved(1), kept))};
                        }
                        // What bfloat16 rounds to is not what its gradient is of.
                        const Tensor upcast = widened(given);
                        const Tensor total = given.dtype() == bfloat16
                                                 ? logsumexp(upcast, dims, true)
                                                 : reshape(b.saved(1), kept);
                        const Tensor finite = retrograd::where(total == -INFINITY, 0.0, total);
                        return {(grad * exp(upcast - finite)).to(given.dtype())};
                      }});
}

}  // namespace retrograd
