// floor, ceil and round, declared in ops/elementwise.h.
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/shape/converted.h>

namespace retrograd {

namespace {

using kernels::Unary;

Tensor whole(const Call& call, Unary kind, const Tensor& x) {
  check::defined(call, "input", x);
  check::require<DTypeError>(call, x.dtype() != boolean, {{"input", x}},
                             "a boolean cannot be rounded [dtype-unexpected]");
  const Tensor y =
      is_floating(x.dtype()) ? kernels::unary(kind, x) : kernels::converted(x, x.dtype());
  return with_rule(call, x, y, [](const Tensor& g) { return zeros_like(g); });
}

}  // namespace

Tensor floor(const Tensor& x, Where where) {
  return whole(Call("floor", where, x), Unary::floor, x);
}
Tensor ceil(const Tensor& x, Where where) {
  return whole(Call("ceil", where, x), Unary::ceil, x);
}
Tensor round(const Tensor& x, Where where) {
  return whole(Call("round", where, x), Unary::round, x);
}

}  // namespace retrograd
