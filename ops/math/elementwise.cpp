#include <retrograd/ops/elementwise.h>

#include <algorithm>

#include <retrograd/ops/detail/relu.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

using kernels::Unary;

Tensor neg(const Tensor& x, Where where) {
  const Call call("neg", where, x);
  check::defined(call, "input", x);
  if (x.dtype() == boolean) {
    fail<DTypeError>(call, "a boolean has no negative", {{"input", x}});
  }
  return call.record({.output = kernels::unary(Unary::neg, x),
                      .inputs = {x},
                      .backward = [](const Backward& b) -> Gradients { return {-b.grad}; }});
}

Tensor abs(const Tensor& x, Where where) {
  const Call call("abs", where, x);
  check::defined(call, "input", x);
  return call.record(
      {.output = kernels::unary(Unary::abs, x),
       .inputs = {x},
       .saved = {x},
       .backward = [](const Backward& b) -> Gradients { return {b.grad * sign(b.saved(0))}; }});
}

Tensor sign(const Tensor& x, Where where) {
  const Call call("sign", where, x);
  check::defined(call, "input", x);
  return call.record(
      {.output = kernels::unary(Unary::sign, x),
       .inputs = {x},
       .backward = [](const Backward& b) -> Gradients { return {zeros_like(b.grad)}; }});
}

Tensor exp(const Tensor& x, Where where) {
  const Call call("exp", where, Cast::upcast, x);
  return from_output(call, Unary::exp, x, [](const Tensor& g, const Tensor& y) { return g * y; });
}

Tensor log(const Tensor& x, Where where) {
  const Call call("log", where, Cast::upcast, x);
  return from_input(call, Unary::log, x, [](const Tensor& g, const Tensor& v) { return g / v; });
}

Tensor log1p(const Tensor& x, Where where) {
  const Call call("log1p", where, Cast::upcast, x);
  return from_input(call, Unary::log1p, x,
                    [](const Tensor& g, const Tensor& v) { return g / (v + 1.0); });
}

Tensor log2(const Tensor& x, Where where) {
  constexpr double kLog2 = 0.69314718055994530942;
  const Call call("log2", where, Cast::upcast, x);
  return from_input(call, Unary::log2, x,
                    [](const Tensor& g, const Tensor& v) { return g / (v * kLog2); });
}

Tensor expm1(const Tensor& x, Where where) {
  const Call call("expm1", where, Cast::upcast, x);
  return from_output(call, Unary::expm1, x,
                     [](const Tensor& g, const Tensor& y) { return g * (y + 1.0); });
}

Tensor erf(const Tensor& x, Where where) {
  constexpr double kTwoOverSqrtPi = 1.12837916709551257390;
  const Call call("erf", where, x);
  return from_input(call, Unary::erf, x, [](const Tensor& g, const Tensor& v) {
    return g * (kTwoOverSqrtPi * exp(-square(v)));
  });
}

Tensor sqrt(const Tensor& x, Where where) {
  const Call call("sqrt", where, x);
  return from_output(call, Unary::sqrt, x,
                     [](const Tensor& g, const Tensor& y) { return g / (2.0 * y); });
}

Tensor rsqrt(const Tensor& x, Where where) {
  const Call call("rsqrt", where, Cast::upcast, x);
  return from_output(call, Unary::rsqrt, x,
                     [](const Tensor& g, const Tensor& y) { return g * (-0.5 * y * square(y)); });
}

Tensor reciprocal(const Tensor& x, Where where) {
  const Call call("reciprocal", where, Cast::upcast, x);
  return from_output(call, Unary::reciprocal, x,
                     [](const Tensor& g, const Tensor& y) { return -(g * square(y)); });
}

Tensor square(const Tensor& x, Where where) {
  const Call call("square", where, x);
  check::defined(call, "input", x);
  return call.record(
      {.output = kernels::unary(Unary::square, x),
       .inputs = {x},
       .saved = {x},
       .backward = [](const Backward& b) -> Gradients { return {b.grad * (2.0 * b.saved(0))}; }});
}

Tensor tanh(const Tensor& x, Where where) {
  const Call call("tanh", where, x);
  return from_output(call, Unary::tanh, x, [](const Tensor& g, const Tensor& y) {
    return (widened(g) * (1.0 - square(widened(y)))).to(g.dtype());
  });
}

Tensor sigmoid(const Tensor& x, Where where) {
  const Call call("sigmoid", where, x);
  return from_output(call, Unary::sigmoid, x,
                     [](const Tensor& g, const Tensor& y) { return g * y * (1.0 - y); });
}

Tensor relu(const Tensor& x, Where where) {
  const Call call("relu", where, x);
  check::defined(call, "input", x);
  const Tensor y = kernels::unary(Unary::relu, x);
  return call.record(
      {.output = y, .inputs = {x}, .saved = {y}, .backward = [](const Backward& b) -> Gradients {
         return {relu_grad(b.grad, b.saved(0))};
       }});
}

Tensor relu_grad(const Tensor& grad, const Tensor& y) {
  const Call call("relu_grad", {});
  const Tensor mask = y.detach();
  return call.record(
      {.output = kernels::relu_grad(grad, mask),
       .inputs = {grad},
       .saved = {mask},
       .backward = [](const Backward& b) -> Gradients { return {relu_grad(b.grad, b.saved(0))}; }});
}

Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max, Where where) {
  const Call call("clamp", where, x, min, max);
  check::defined(call, "input", x);
  if (!min && !max) {
    fail<ValueError>(call, "needs a minimum, a maximum or both", {{"input", x}});
  }
  const auto is_fraction = [](const std::optional<Scalar>& bound) {
    return bound && bound->kind() == Scalar::Kind::floating;
  };
  if (!is_floating(x.dtype()) && (is_fraction(min) || is_fraction(max))) {
    return call.result(clamp(x.to(float32), min, max));
  }
  // A bound that no element reaches need not fit the dtype; one that all are limited to must.
  const auto out_of_reach = [&](Scalar bound, bool below) {
    return !bound.fits(x.dtype()) && (bound.to<double>() < 0) == below;
  };
  if (min && out_of_reach(*min, true)) {
    min.reset();
  }
  if (max && out_of_reach(*max, false)) {
    max.reset();
  }
  for (const auto& bound : {min, max}) {
    if (bound) {
      detail::require_fits(call, *bound, x.dtype(), {{"input", x}});
    }
  }
  Tensor y = !min && !max ? x.clone() : x.detach();
  if (min) {
    y = kernels::binary(kernels::Binary::maximum, y, *min);
  }
  if (max) {
    y = kernels::binary(kernels::Binary::minimum, y, *max);
  }
  return call.record({.output = y,
                      .inputs = {x},
                      .saved = {x},
                      .backward = [min, max](const Backward& b) -> Gradients {
                        const Tensor given = b.saved(0).detach();
                        Tensor grad = b.grad;
                        if (min) {
                          grad = retrograd::where(given >= *min, grad, 0);
                        }
                        if (max) {
                          grad = retrograd::where(given <= *max, grad, 0);
                        }
                        return {grad};
                      }});
}

}  // namespace retrograd
