#include <retrograd/ops/logical.h>

#include <limits>

#include <retrograd/ops/internal/operator.h>

namespace retrograd {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor truth(const Tensor& x) {
  return x.dtype() == boolean ? x : x != 0;
}

void require_operands(const Frame& call, const Tensor& x, const Tensor& y) {
  check::defined(call, "the first operand", x);
  check::defined(call, "the second operand", y);
  check::broadcast(call, {{"a", x}, {"b", y}});
}

}  // namespace

Tensor isnan(const Tensor& x, Where where) {
  const Call call("isnan", where, x);
  check::defined(call, "input", x);
  return call.result(x != x);
}

Tensor isinf(const Tensor& x, Where where) {
  const Call call("isinf", where, x);
  check::defined(call, "input", x);
  return call.result(is_floating(x.dtype()) ? abs(x.detach()) == kInfinity
                                            : zeros(x.shape(), {.dtype = boolean}));
}

Tensor isfinite(const Tensor& x, Where where) {
  const Call call("isfinite", where, x);
  check::defined(call, "input", x);
  return call.result(is_floating(x.dtype()) ? abs(x.detach()) < kInfinity
                                            : ones(x.shape(), {.dtype = boolean}));
}

Tensor logical_not(const Tensor& x, Where where) {
  const Call call("logical_not", where, x);
  check::defined(call, "input", x);
  return call.result(x == 0);
}

Tensor logical_and(const Tensor& a, const Tensor& b, Where where) {
  const Call call("logical_and", where, a, b);
  require_operands(call, a, b);
  return call.result(retrograd::where(truth(a), truth(b), false));
}

Tensor logical_or(const Tensor& a, const Tensor& b, Where where) {
  const Call call("logical_or", where, a, b);
  require_operands(call, a, b);
  return call.result(retrograd::where(truth(a), true, truth(b)));
}

Tensor logical_xor(const Tensor& a, const Tensor& b, Where where) {
  const Call call("logical_xor", where, a, b);
  require_operands(call, a, b);
  return call.result(truth(a) != truth(b));
}

}  // namespace retrograd
