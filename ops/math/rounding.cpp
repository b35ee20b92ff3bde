// floor, ceil and round, declared in ops/elementwise.h.
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/shape/converted.h>

namespace retrograd {

namespace {

using kernels::Unary;

Tensor whole(const Call& call, Unary kind, const Tensor& x) {
  check::defined(call, "input", x);
  if (x.dtype() == boolean) {
    fail<DTypeError>(call, "a boolean cannot be rounded", {{"input", x}});
  }
  return call.record(
      {.output =
           is_floating(x.dtype()) ? kernels::unary(kind, x) : kernels::converted(x, x.dtype()),
       .inputs = {x},
       .backward = [](const Backward& b) -> Gradients { return {zeros_like(b.grad)}; }});
}

}  // namespace

Tensor floor(const Tensor& x, Where where) {
  const Call call("floor", where, x);
  return whole(call, Unary::floor, x);
}
Tensor ceil(const Tensor& x, Where where) {
  const Call call("ceil", where, x);
  return whole(call, Unary::ceil, x);
}
Tensor round(const Tensor& x, Where where) {
  const Call call("round", where, x);
  return whole(call, Unary::round, x);
}

}  // namespace retrograd
