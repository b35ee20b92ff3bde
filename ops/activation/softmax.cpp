#include <retrograd/ops/softmax.h>

#include <cmath>

#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/reduce/reduce.h>
#include <retrograd/ops/kernels/shape/converted.h>

namespace retrograd {

namespace {

// The shares, or their logarithms.
Tensor shares(const Call& call, const Tensor& x, std::int64_t dim, bool logarithm) {
  const auto [input] = call.inputs({{"input", x, floating}});
  const std::size_t d = check::dim(call, input, dim);
  if (input.dim() == 0) {
    const Tensor only = reshape(input, {1});
    return call.result(reshape(logarithm ? log_softmax(only, 0) : softmax(only, 0), {}));
  }
  const Tensor y = logarithm ? kernels::log_softmax(input, d) : kernels::softmax(input, d);
  return with_backward(call, input, y, {y}, [dim, d, logarithm](const Backward& b) {
    const Tensor given = b.saved(0);
    if (!b.recorded()) {
      return logarithm ? kernels::log_softmax_grad(b.grad, given, d)
                       : kernels::softmax_grad(b.grad, given, d);
    }
    const Tensor grad = widened(b.grad);
    const Tensor share = logarithm ? exp(widened(given)) : widened(given);
    const Tensor part = logarithm ? grad : grad * share;
    return (part - share * sum(part, dim, true)).to(b.grad.dtype());
  });
}

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t dim, Where where) {
  return shares(Call("softmax", where, Cast::upcast, x, dim), x, dim, false);
}

Tensor log_softmax(const Tensor& x, std::int64_t dim, Where where) {
  return shares(Call("log_softmax", where, Cast::upcast, x, dim), x, dim, true);
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
  return with_backward(call, input, y, {input, exact ? y : wide}, [kept, dims](const Backward& b) {
    const Tensor given = b.saved(0);
    const Tensor grad = reshape(widened(b.grad), kept);
    if (!b.recorded()) {
      return kernels::times_exp(grad, given, reshape(b.saved(1), kept));
    }
    // What bfloat16 rounds to is not what its gradient is of.
    const Tensor upcast = widened(given);
    const Tensor total =
        given.dtype() == bfloat16 ? logsumexp(upcast, dims, true) : reshape(b.saved(1), kept);
    const Tensor finite = retrograd::where(total == -INFINITY, 0.0, total);
    return (grad * exp(upcast - finite)).to(given.dtype());
  });
}

}  // namespace retrograd
