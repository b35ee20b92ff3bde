// floor, ceil and round, declared in ops/elementwise.h.
#include <retrograd/autograd/record.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using kernels::Unary;

Tensor whole(const char* op, Unary kind, const Tensor& x, Where where) {
  check::defined(op, "input", x, where);
  if (x.dtype() == boolean) {
    fail<DTypeError>(op, where, "a boolean cannot be rounded", {{"input", x}});
  }
  return record({.op = op,
                 .where = where,
                 .output = is_floating(x.dtype()) ? kernels::unary(kind, x)
                                                  : kernels::converted(x, x.dtype()),
                 .inputs = {x},
                 .backward = [](const Backward& b) -> Gradients { return {zeros_like(b.grad)}; }});
}

}  // namespace

Tensor floor(const Tensor& x, Where where) {
  return whole("floor", Unary::floor, x, where);
}
Tensor ceil(const Tensor& x, Where where) {
  return whole("ceil", Unary::ceil, x, where);
}
Tensor round(const Tensor& x, Where where) {
  return whole("round", Unary::round, x, where);
}

}  // namespace retrograd
