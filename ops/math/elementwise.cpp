#include <retrograd/ops/elementwise.h>

#include <algorithm>

#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

using kernels::Unary;

Tensor neg(const Tensor& x, Where where) {
  const Call call("neg", where, x);
  check::defined(call, "input", x);
  check::require<DTypeError>(call, x.dtype() != boolean, {{"input", x}},
                             "a boolean has no negative [dtype-unexpected]");
  return with_rule(call, x, kernels::unary(Unary::neg, x), [](const Tensor& g) { return -g; });
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
  return with_rule(call, x, kernels::unary(Unary::sign, x),
                   [](const Tensor& g) { return zeros_like(g); });
}

Tensor exp(const Tensor& x, Where where) {
  return from_output(Call("exp", where, Cast::upcast, x), Unary::exp, x,
                     [](const Tensor& g, const Tensor& y) { return g * y; });
}

Tensor log(const Tensor& x, Where where) {
  return from_input(Call("log", where, Cast::upcast, x), Unary::log, x,
                    [](const Tensor& g, const Tensor& v) { return g / v; });
}

Tensor log1p(const Tensor& x, Where where) {
  return from_input(Call("log1p", where, Cast::upcast, x), Unary::log1p, x,
                    [](const Tensor& g, const Tensor& v) { return g / (v + 1.0); });
}

Tensor log2(const Tensor& x, Where where) {
  constexpr double kLog2 = 0.69314718055994530942;
  return from_input(Call("log2", where, Cast::upcast, x), Unary::log2, x,
                    [](const Tensor& g, const Tensor& v) { return g / (v * kLog2); });
}

Tensor expm1(const Tensor& x, Where where) {
  return from_output(Call("expm1", where, Cast::upcast, x), Unary::expm1, x,
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
  return from_output(Call("sqrt", where, x), Unary::sqrt, x,
                     [](const Tensor& g, const Tensor& y) { return g / (2.0 * y); });
}

Tensor rsqrt(const Tensor& x, Where where) {
  return from_output(Call("rsqrt", where, Cast::upcast, x), Unary::rsqrt, x,
                     [](const Tensor& g, const Tensor& y) { return g * (-0.5 * y * square(y)); });
}

Tensor reciprocal(const Tensor& x, Where where) {
  return from_output(Call("reciprocal", where, Cast::upcast, x), Unary::reciprocal, x,
                     [](const Tensor& g, const Tensor& y) { return -(g * square(y)); });
}

Tensor square(const Tensor& x, Where where) {
  const Call call("square", where, x);
  check::defined(call, "input", x);
  return with_rule(call, x, kernels::unary(Unary::square, x), x,
                   [](const Tensor& g, const Tensor& v) { return g * (2.0 * v); });
}

Tensor tanh(const Tensor& x, Where where) {
  const Call call("tanh", where, x);
  return from_output(call, Unary::tanh, x, [](const Tensor& g, const Tensor& y) {
    return (widened(g) * (1.0 - square(widened(y)))).to(g.dtype());
  });
}

Tensor sigmoid(const Tensor& x, Where where) {
  return from_output(Call("sigmoid", where, x), Unary::sigmoid, x,
                     [](const Tensor& g, const Tensor& y) { return g * y * (1.0 - y); });
}

Tensor relu(const Tensor& x, Where where) {
  const Call call("relu", where, x);
  check::defined(call, "input", x);
  const Tensor y = kernels::unary(Unary::relu, x);
  return with_backward(call, x, y, {y}, [](const Backward& b) { return relu_grad(b, b.saved(0)); });
}

Tensor relu_grad(const Tensor& grad, const Tensor& y) {
  const Call call("relu_grad", {});
  const Tensor mask = y.detach();
  return with_backward(call, grad, kernels::relu_grad(grad, mask), {mask},
                       [](const Backward& b) { return relu_grad(b, b.saved(0)); });
}

Tensor relu_grad(const Backward& b, const Tensor& y) {
  if (detail::may_overwrite_gradient(b) && b.grad.strides() == y.strides()) {
    kernels::relu_grad_in_place(b.grad, y);
    return b.grad;
  }
  return relu_grad(b.grad, y);
}

Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max, Where where) {
  const Call call("clamp", where, x, min, max);
  check::defined(call, "input", x);
  check::require<ValueError>(call, min || max, {{"input", x}},
                             "needs a minimum, a maximum or both [argument-missing]");
  const auto is_fraction = [](const std::optional<Scalar>& bound) {
    return bound && bound->kind() == Scalar::Kind::floating;
  };
  if (!is_floating(x.dtype()) && (is_fraction(min) || is_fraction(max))) {
    return call.result(clamp(x.to(float32), min, max));
  }
  // A bound that no element reaches need not fit the dtype; one that all are limited to must.
  const auto within_reach = [&](const std::optional<Scalar>& bound, bool below) {
    const bool out = bound && !bound->fits(x.dtype()) && (bound->to<double>() < 0) == below;
    return out ? std::nullopt : bound;
  };
  min = within_reach(min, true);
  max = within_reach(max, false);
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
  return with_rule(call, x, y, x, [min, max](const Tensor& g, const Tensor& v) {
    const Tensor given = v.detach();
    const Tensor grad = min ? retrograd::where(given >= *min, g, 0) : g;
    return max ? retrograd::where(given <= *max, grad, 0) : grad;
  });
}

}  // namespace retrograd
