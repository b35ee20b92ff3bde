// Activations of straight pieces, declared in ops/activation.h.
#include <string>

#include <retrograd/ops/activation.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

Tensor limited(const Call& call, const Tensor& x, double lower, double upper) {
  // As the dtype holds them, so that results at a bound compare as equal to it.
  const auto held = [&](double bound) { return detail::rounded(bound, x.dtype()).to<double>(); };
  const double min = held(lower);
  const double max = held(upper);
  return call.record({.output = kernels::hardtanh(x, min, max),
                      .inputs = {x},
                      .saved = {x},
                      .backward = [min, max](const Backward& b) -> Gradients {
                        const Tensor given = b.saved(0);
                        const Tensor below_max = where(given >= max, 0, b.grad);
                        return {where(given <= min, 0, below_max)};
                      }});
}

}  // namespace

Tensor hardtanh(const Tensor& x, double min_val, double max_val, Where where) {
  const Call call("hardtanh", where, x, min_val, max_val);
  check::floating(call, x);
  if (!(min_val <= max_val)) {
    fail<ValueError>(call,
                     "min_val is " + number_text(min_val) + " and max_val " + number_text(max_val) +
                         "; it must not be less",
                     {{"input", x}});
  }
  return limited(call, x, min_val, max_val);
}

Tensor relu6(const Tensor& x, Where where) {
  const Call call("relu6", where, x);
  check::floating(call, x);
  return limited(call, x, 0, 6);
}

Tensor hardsigmoid(const Tensor& x, Where where) {
  const Call call("hardsigmoid", where, x);
  check::floating(call, x);
  return call.record({.output = kernels::hardsigmoid(x),
                      .inputs = {x},
                      .saved = {x},
                      .backward = [](const Backward& b) -> Gradients {
                        const Tensor inside = abs(b.saved(0).detach()) < 3;
                        return {retrograd::where(inside, b.grad / 6.0, 0)};
                      }});
}

Tensor hardswish(const Tensor& x, Where where) {
  const Call call("hardswish", where, x);
  check::floating(call, x);
  return call.record({.output = kernels::hardswish(x),
                      .inputs = {x},
                      .saved = {x},
                      .backward = [](const Backward& b) -> Gradients {
                        const Tensor given = b.saved(0);
                        const Tensor between = b.grad * (clamp(given, -3, 3) / 3.0 + 0.5);
                        const Tensor up_to_3 = retrograd::where(given <= 3, between, b.grad);
                        return {retrograd::where(given < -3, 0, up_to_3)};
                      }});
}

}  // namespace retrograd
