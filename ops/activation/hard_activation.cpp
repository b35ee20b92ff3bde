// Activations of straight pieces, declared in ops/activation.h.
#include <retrograd/ops/activation.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

Tensor limited(const Call& call, const Tensor& x, double lower, double upper) {
  check::floating(call, x);
  // As the dtype holds them, so that results at a bound compare as equal to it.
  const auto held = [&](double bound) { return detail::rounded(bound, x.dtype()).to<double>(); };
  const double min = held(lower);
  const double max = held(upper);
  return with_rule(call, x, kernels::hardtanh(x, min, max), x,
                   [min, max](const Tensor& g, const Tensor& v) {
                     const Tensor below_max = where(v >= max, 0, g);
                     return where(v <= min, 0, below_max);
                   });
}

}  // namespace

Tensor hardtanh(const Tensor& x, double min_val, double max_val, Where where) {
  const Call call("hardtanh", where, x, min_val, max_val);
  check::floating(call, x);
  check::require<ValueError>(
      call, min_val <= max_val, {{"input", x}},
      "min_val is {} and max_val {}; it must not be less [value-out-of-range]", min_val, max_val);
  return limited(call, x, min_val, max_val);
}

Tensor relu6(const Tensor& x, Where where) {
  return limited(Call("relu6", where, x), x, 0, 6);
}

Tensor hardsigmoid(const Tensor& x, Where where) {
  return from_input(Call("hardsigmoid", where, x), kernels::hardsigmoid, x,
                    [](const Tensor& g, const Tensor& v) {
                      const Tensor inside = abs(v.detach()) < 3;
                      return retrograd::where(inside, g / 6.0, 0);
                    });
}

Tensor hardswish(const Tensor& x, Where where) {
  return from_input(Call("hardswish", where, x), kernels::hardswish, x,
                    [](const Tensor& g, const Tensor& v) {
                      const Tensor between = g * (clamp(v, -3, 3) / 3.0 + 0.5);
                      const Tensor up_to_3 = retrograd::where(v <= 3, between, g);
                      return retrograd::where(v < -3, 0, up_to_3);
                    });
}

}  // namespace retrograd
