// gelu, silu, mish and glu, declared in ops/activation.h.
#include <retrograd/ops/activation.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>

namespace retrograd {

namespace {

using kernels::Gate;
using Curvature = Tensor (*)(const Tensor& x);  // the second derivative of a gated function

// Second derivatives. Beyond the limits they are 0 to all digits, and the clamps keep infinity from
// meeting 0 there.

Tensor gelu_curvature(const Tensor& x) {
  constexpr double kOverSqrt2Pi = 0.39894228040143267794;
  const Tensor v2 = square(clamp(x, -40, 40));
  return kOverSqrt2Pi * exp(-0.5 * v2) * (2.0 - v2);
}

Tensor gelu_tanh_curvature(const Tensor& x) {
  constexpr double kScale = 0.79788456080286535588;  // sqrt(2 / pi)
  constexpr double kCube = 0.044715;
  const Tensor v = clamp(x, -40, 40);
  const Tensor v2 = square(v);
  const Tensor t = tanh(kScale * (v + kCube * v * v2));
  const Tensor du = kScale * (1.0 + 3 * kCube * v2);
  const Tensor ddu = (6 * kScale * kCube) * v;
  return (1.0 - square(t)) * (du + 0.5 * v * (ddu - 2.0 * t * square(du)));
}

Tensor silu_curvature(const Tensor& x) {
  const Tensor v = clamp(x, -800, 800);
  const Tensor s = sigmoid(v);
  return s * (1.0 - s) * (2.0 + v * (1.0 - 2.0 * s));
}

Tensor mish_curvature(const Tensor& x) {
  const Tensor v = clamp(x, -800, 800);
  const Tensor s = sigmoid(v);
  const Tensor t = tanh(softplus(v));
  return (1.0 - square(t)) * s * (2.0 + v * (1.0 - s - 2.0 * t * s));
}

// grad f'(x)
Tensor gated_slope(Gate gate, Curvature curvature, const Tensor& grad, const Tensor& x) {
  const Call call("gated_slope", {});
  return with_rules(
      call, grad, x, kernels::gated_grad(gate, grad, x), {save_if(x.requires_grad(), grad), x},
      [gate, curvature](const Backward& b) {
        return gated_slope(gate, curvature, b.grad, b.saved(1));
      },
      [curvature](const Backward& b) {
        const Tensor given = b.saved(1);
        return b.grad * b.saved(0) * curvature(given);
      });
}

Tensor gated(const Call& call, Gate gate, Curvature curvature, const Tensor& x) {
  check::floating(call, x);
  return with_rule(call, x, kernels::gated(gate, x), x,
                   [gate, curvature](const Tensor& g, const Tensor& v) {
                     return gated_slope(gate, curvature, g, v);
                   });
}

}  // namespace

Tensor gelu(const Tensor& x, GeluApproximation approximate, Where where) {
  const Call call("gelu", where, x, approximate);
  return approximate == GeluApproximation::none
             ? gated(call, Gate::gelu, gelu_curvature, x)
             : gated(call, Gate::gelu_tanh, gelu_tanh_curvature, x);
}

Tensor silu(const Tensor& x, Where where) {
  return gated(Call("silu", where, x), Gate::silu, silu_curvature, x);
}

Tensor mish(const Tensor& x, Where where) {
  return gated(Call("mish", where, x), Gate::mish, mish_curvature, x);
}

Tensor glu(const Tensor& x, std::int64_t dim, Where where) {
  const Call call("glu", where, x, dim);
  check::floating(call, x);
  check::require<ShapeError>(call, x.dim() > 0, {{"input", x}},
                             "the input has no dimension to halve [rank-unexpected]");
  const auto d = static_cast<std::int64_t>(check::dim(call, x, dim));
  const std::int64_t length = x.size(d);
  check::require<ShapeError>(
      call, length % 2 == 0, {{"input", x}},
      "dimension {} has length {}; it must be even to be halved [groups-uneven]", d, length);
  const Tensor a = slice(x, d, 0, length / 2);
  const Tensor b = slice(x, d, length / 2, length);
  return call.result(a * sigmoid(b));
}

}  // namespace retrograd
