#include <retrograd/ops/activation.h>

#include <cmath>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

// x is floating, and the parameter a number.
void check_number(const Call& call, const Tensor& x, const char* name, double value) {
  check::floating(call, x);
  check::require<ValueError>(call, !std::isnan(value), {{"input", x}},
                             "{} is {}; a number is needed [value-out-of-range]", name, value);
}

// x is floating, and the parameter what one can divide by.
void check_factor(const Call& call, const Tensor& x, const char* name, double value) {
  check::floating(call, x);
  check::require<ValueError>(
      call, std::isfinite(value) && value != 0, {{"input", x}},
      "{} is {}; a finite number other than 0 is needed [value-out-of-range]", name, value);
}

// x scale above 0, factor (exp(rate x) - 1) elsewhere.
Tensor exponential(const Call& call, const Tensor& x, double factor, double scale, double rate) {
  check::floating(call, x);
  return with_rule(call, x, kernels::elu(x, factor, scale, rate), x,
                   [factor, scale, rate](const Tensor& g, const Tensor& v) {
                     const Tensor below = v <= 0;
                     const Tensor slope = factor * rate * exp(where(below, v, 0) * rate);
                     return where(below, g * slope, g * scale);
                   });
}

// A threshold as the dtype of x holds it, so that elements equal to it count as such.
double held(double threshold, const Tensor& x) {
  return detail::rounded(threshold, x.dtype()).to<double>();
}

// y of x, where elements up to lambd from 0 have no gradient and the others all of it.
Tensor shrunk(const Call& call, const Tensor& x, const Tensor& y, double lambd) {
  return with_rule(call, x, y, x, [lambd](const Tensor& g, const Tensor& v) {
    return where(abs(v.detach()) <= lambd, 0, g);
  });
}

}  // namespace

Tensor logsigmoid(const Tensor& x, Where where) {
  return from_input(Call("logsigmoid", where, x), kernels::logsigmoid, x,
                    [](const Tensor& g, const Tensor& v) { return g * sigmoid(-v); });
}

Tensor softplus(const Tensor& x, double beta, double threshold, Where where) {
  const Call call("softplus", where, x, beta, threshold);
  check_factor(call, x, "beta", beta);
  check_number(call, x, "threshold", threshold);
  return with_rule(call, x, kernels::softplus(x, beta, threshold), x,
                   [beta, threshold](const Tensor& g, const Tensor& v) {
                     const Tensor z = v * beta;
                     return retrograd::where(z > threshold, g, g * sigmoid(z));
                   });
}

Tensor leaky_relu(const Tensor& x, double negative_slope, Where where) {
  const Call call("leaky_relu", where, x, negative_slope);
  check_number(call, x, "negative_slope", negative_slope);
  return with_rule(call, x, kernels::leaky_relu(x, negative_slope), x,
                   [negative_slope](const Tensor& g, const Tensor& v) {
                     return retrograd::where(v > 0, g, g * negative_slope);
                   });
}

Tensor add_relu(const Tensor& a, const Tensor& b, Where where) {
  const Call call("add_relu", where, a, b);
  call.inputs({{"input", a, floating}, {"the second operand", b}});
  if (a.dtype() != b.dtype()) {
    return call.result(relu(a + b));
  }
  const Shape shape = check::broadcast(call, {{"a", a}, {"b", b}});
  const Tensor x = expand_operand(a, shape);
  const Tensor y = expand_operand(b, shape);
  const Tensor sum = kernels::add_relu(x, y);
  return call.record({.output = sum,
                      .inputs = {x, y},
                      .saved = {sum},
                      .backward = [](const Backward& g) -> Gradients {
                        const Tensor grad = relu_grad(g, g.saved(0));
                        return {grad, grad};
                      }});
}

Tensor prelu(const Tensor& x, const Tensor& weight, Where where) {
  const Call call("prelu", where, Cast::downcast, x, weight);
  const auto [input, slopes] =
      call.inputs({{"input", x, floating}, {"weight", weight, like_first}});
  check::require<ShapeError>(call, weight.dim() <= 1, {{"input", x}, {"weight", weight}},
                             "the weight must have one dimension or none [rank-unexpected]");
  const std::int64_t channels = x.dim() > 1 ? x.size(1) : 1;
  check::require<ShapeError>(
      call, weight.numel() == 1 || weight.numel() == channels, {{"input", x}, {"weight", weight}},
      "the weight must have one element or, for the channels in dimension 1, {} [channels-differ]",
      channels);
  Shape shape;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    shape.push_back(d == 1 ? weight.numel() : 1);
  }
  const Tensor w = expand_operand(reshape(slopes, shape), x.shape());
  return call.record(
      {.output = kernels::prelu(input, w),
       .inputs = {input, w},
       .saved = {input, save_if(input.requires_grad(), w)},
       .backward = [](const Backward& b) -> Gradients {
         const Tensor given = b.saved(0);
         const Tensor above = given > 0;
         const Tensor below = retrograd::where(above, 0.0, given);
         return {b.needs(0) ? retrograd::where(above, b.grad, b.grad * b.saved(1)) : Tensor(),
                 b.needs(1) ? retrograd::where(above, 0.0, b.grad * below) : Tensor()};
       }});
}

Tensor elu(const Tensor& x, double alpha, Where where) {
  const Call call("elu", where, x, alpha);
  check_number(call, x, "alpha", alpha);
  return exponential(call, x, alpha, 1, 1);
}

Tensor celu(const Tensor& x, double alpha, Where where) {
  const Call call("celu", where, x, alpha);
  check_factor(call, x, "alpha", alpha);
  return exponential(call, x, alpha, 1, 1 / alpha);
}

Tensor selu(const Tensor& x, Where where) {
  constexpr double kAlpha = 1.6732632423543772848170429916717;
  constexpr double kScale = 1.0507009873554804934193349852946;
  return exponential(Call("selu", where, x), x, kAlpha * kScale, kScale, 1);
}

Tensor softsign(const Tensor& x, Where where) {
  return from_input(
      Call("softsign", where, x), kernels::softsign, x,
      [](const Tensor& g, const Tensor& v) { return g * square(reciprocal(1.0 + abs(v))); });
}

Tensor tanhshrink(const Tensor& x, Where where) {
  return from_input(Call("tanhshrink", where, x), kernels::tanhshrink, x,
                    [](const Tensor& g, const Tensor& v) { return g * square(tanh(v)); });
}

Tensor softshrink(const Tensor& x, double lambd, Where where) {
  const Call call("softshrink", where, x, lambd);
  check::floating(call, x);
  check::require<ValueError>(call, lambd >= 0, {{"input", x}},
                             "lambd is {}; at least 0 is needed [value-out-of-range]", lambd);
  return shrunk(call, x, kernels::softshrink(x, held(lambd, x)), lambd);
}

Tensor hardshrink(const Tensor& x, double lambd, Where where) {
  const Call call("hardshrink", where, x, lambd);
  check_number(call, x, "lambd", lambd);
  return shrunk(call, x, kernels::hardshrink(x, held(lambd, x)), lambd);
}

}  // namespace retrograd
