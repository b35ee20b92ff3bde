#include <retrograd/ops/elementwise.h>

#include <algorithm>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/relu.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

using kernels::Unary;

Tensor neg(const Tensor& x, Where where) {
  check::defined("neg", "input", x, where);
  if (x.dtype() == boolean) {
    fail<DTypeError>("neg", where, "a boolean has no negative", {{"input", x}});
  }
  return record({.op = "neg",
                 .where = where,
                 .output = kernels::unary(Unary::neg, x),
                 .inputs = {x},
                 .backward = [](const Backward& b) -> Gradients { return {-b.grad}; }});
}

Tensor abs(const Tensor& x, Where where) {
  check::defined("abs", "input", x, where);
  return record(
      {.op = "abs",
       .where = where,
       .output = kernels::unary(Unary::abs, x),
       .inputs = {x},
       .saved = {x},
       .backward = [](const Backward& b) -> Gradients { return {b.grad * sign(b.saved(0))}; }});
}

Tensor sign(const Tensor& x, Where where) {
  check::defined("sign", "input", x, where);
  return record({.op = "sign",
                 .where = where,
                 .output = kernels::unary(Unary::sign, x),
                 .inputs = {x},
                 .backward = [](const Backward& b) -> Gradients { return {zeros_like(b.grad)}; }});
}

Tensor exp(const Tensor& x, Where where) {
  if (autocast::widens(x)) {
    return exp(widened(x, where), where);
  }
  check::floating("exp", x, where);
  const Tensor y = kernels::unary(Unary::exp, x);
  return record({.op = "exp",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {y},
                 .backward = [](const Backward& b) -> Gradients { return {b.grad * b.saved(0)}; }});
}

Tensor log(const Tensor& x, Where where) {
  if (autocast::widens(x)) {
    return log(widened(x, where), where);
  }
  check::floating("log", x, where);
  return record({.op = "log",
                 .where = where,
                 .output = kernels::unary(Unary::log, x),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [](const Backward& b) -> Gradients { return {b.grad / b.saved(0)}; }});
}

Tensor log1p(const Tensor& x, Where where) {
  if (autocast::widens(x)) {
    return log1p(widened(x, where), where);
  }
  check::floating("log1p", x, where);
  return record(
      {.op = "log1p",
       .where = where,
       .output = kernels::unary(Unary::log1p, x),
       .inputs = {x},
       .saved = {x},
       .backward = [](const Backward& b) -> Gradients { return {b.grad / (b.saved(0) + 1.0)}; }});
}

Tensor log2(const Tensor& x, Where where) {
  if (autocast::widens(x)) {
    return log2(widened(x, where), where);
  }
  check::floating("log2", x, where);
  return record({.op = "log2",
                 .where = where,
                 .output = kernels::unary(Unary::log2, x),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [](const Backward& b) -> Gradients {
                   constexpr double kLog2 = 0.69314718055994530942;
                   return {b.grad / (b.saved(0) * kLog2)};
                 }});
}

Tensor expm1(const Tensor& x, Where where) {
  if (autocast::widens(x)) {
    return expm1(widened(x, where), where);
  }
  check::floating("expm1", x, where);
  const Tensor y = kernels::unary(Unary::expm1, x);
  return record(
      {.op = "expm1",
       .where = where,
       .output = y,
       .inputs = {x},
       .saved = {y},
       .backward = [](const Backward& b) -> Gradients { return {b.grad * (b.saved(0) + 1.0)}; }});
}

Tensor erf(const Tensor& x, Where where) {
  check::floating("erf", x, where);
  return record({.op = "erf",
                 .where = where,
                 .output = kernels::unary(Unary::erf, x),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [](const Backward& b) -> Gradients {
                   constexpr double kTwoOverSqrtPi = 1.12837916709551257390;
                   return {b.grad * (kTwoOverSqrtPi * exp(-square(b.saved(0))))};
                 }});
}

Tensor sqrt(const Tensor& x, Where where) {
  check::floating("sqrt", x, where);
  const Tensor y = kernels::unary(Unary::sqrt, x);
  return record(
      {.op = "sqrt",
       .where = where,
       .output = y,
       .inputs = {x},
       .saved = {y},
       .backward = [](const Backward& b) -> Gradients { return {b.grad / (2.0 * b.saved(0))}; }});
}

Tensor rsqrt(const Tensor& x, Where where) {
  if (autocast::widens(x)) {
    return rsqrt(widened(x, where), where);
  }
  check::floating("rsqrt", x, where);
  const Tensor y = kernels::unary(Unary::rsqrt, x);
  return record({.op = "rsqrt",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {y},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor root = b.saved(0);
                   return {b.grad * (-0.5 * root * square(root))};
                 }});
}

Tensor reciprocal(const Tensor& x, Where where) {
  if (autocast::widens(x)) {
    return reciprocal(widened(x, where), where);
  }
  check::floating("reciprocal", x, where);
  const Tensor y = kernels::unary(Unary::reciprocal, x);
  return record({.op = "reciprocal",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {y},
                 .backward = [](const Backward& b) -> Gradients {
                   return {-(b.grad * square(b.saved(0)))};
                 }});
}

Tensor square(const Tensor& x, Where where) {
  check::defined("square", "input", x, where);
  return record(
      {.op = "square",
       .where = where,
       .output = kernels::unary(Unary::square, x),
       .inputs = {x},
       .saved = {x},
       .backward = [](const Backward& b) -> Gradients { return {b.grad * (2.0 * b.saved(0))}; }});
}

Tensor tanh(const Tensor& x, Where where) {
  check::floating("tanh", x, where);
  const Tensor y = kernels::unary(Unary::tanh, x);
  return record({.op = "tanh",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {y},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor slope = 1.0 - square(widened(b.saved(0), {}));
                   return {(widened(b.grad, {}) * slope).to(b.grad.dtype())};
                 }});
}

Tensor sigmoid(const Tensor& x, Where where) {
  check::floating("sigmoid", x, where);
  const Tensor y = kernels::unary(Unary::sigmoid, x);
  return record({.op = "sigmoid",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {y},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor share = b.saved(0);
                   return {b.grad * share * (1.0 - share)};
                 }});
}

Tensor relu(const Tensor& x, Where where) {
  check::defined("relu", "input", x, where);
  const Tensor y = kernels::unary(Unary::relu, x);
  return record(
      {.op = "relu",
       .where = where,
       .output = y,
       .inputs = {x},
       .saved = {y},
       .backward = [](const Backward& b) -> Gradients { return {relu_grad(b.grad, b.saved(0))}; }});
}

Tensor relu_grad(const Tensor& grad, const Tensor& y) {
  const Tensor mask = y.detach();
  return record(
      {.op = "relu_grad",
       .where = {},
       .output = kernels::relu_grad(grad, mask),
       .inputs = {grad},
       .saved = {mask},
       .backward = [](const Backward& b) -> Gradients { return {relu_grad(b.grad, b.saved(0))}; }});
}

Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max, Where where) {
  check::defined("clamp", "input", x, where);
  if (!min && !max) {
    fail<ValueError>("clamp", where, "needs a minimum, a maximum or both", {{"input", x}});
  }
  const auto is_fraction = [](const std::optional<Scalar>& bound) {
    return bound && bound->kind() == Scalar::Kind::floating;
  };
  if (!is_floating(x.dtype()) && (is_fraction(min) || is_fraction(max))) {
    return clamp(x.to(float32, where), min, max, where);
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
      detail::require_fits("clamp", *bound, x.dtype(), where, {{"input", x}});
    }
  }
  Tensor y = !min && !max ? x.clone(where) : x.detach();
  if (min) {
    y = kernels::binary(kernels::Binary::maximum, y, *min);
  }
  if (max) {
    y = kernels::binary(kernels::Binary::minimum, y, *max);
  }
  return record({.op = "clamp",
                 .where = where,
                 .output = y,
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
