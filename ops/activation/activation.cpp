#include <retrograd/ops/activation.h>

#include <cmath>
#include <string>

#include <retrograd/ops/detail/relu.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

void require(const Call& call, bool holds, const char* name, double value, const char* wanted,
             const Tensor& x) {
  if (!holds) {
    fail<ValueError>(call, std::string(name) + " is " + number_text(value) + "; " + wanted,
                     {{"input", x}});
  }
}

void not_nan(const Call& call, const char* name, double value, const Tensor& x) {
  require(call, !std::isnan(value), name, value, "a number is needed", x);
}

void finite_factor(const Call& call, const char* name, double value, const Tensor& x) {
  require(call, std::isfinite(value) && value != 0, name, value,
          "a finite number other than 0 is needed", x);
}

// y of x; `rule` gives the gradient of x from that of y, and x.
template <class Rule>
Tensor recorded(const Call& call, const Tensor& x, const Tensor& y, Rule rule) {
  return call.record(
      {.output = y,
       .inputs = {x},
       .saved = {x},
       .backward = [rule](const Backward& b) -> Gradients { return {rule(b.grad, b.saved(0))}; }});
}

// x scale above 0, factor (exp(rate x) - 1) elsewhere.
Tensor exponential(const Call& call, const Tensor& x, double factor, double scale, double rate) {
  return recorded(call, x, kernels::elu(x, factor, scale, rate),
                  [factor, scale, rate](const Tensor& g, const Tensor& given) {
                    const Tensor below = given <= 0;
                    const Tensor slope = factor * rate * exp(where(below, given, 0) * rate);
                    return where(below, g * slope, g * scale);
                  });
}

// A threshold as the dtype of x holds it, so that elements equal to it count as such.
double held(double threshold, const Tensor& x) {
  return detail::rounded(threshold, x.dtype()).to<double>();
}

// y of x, where elements up to lambd from 0 have no gradient and the others all of it.
Tensor shrunk(const Call& call, const Tensor& x, const Tensor& y, double lambd) {
  return recorded(call, x, y, [lambd](const Tensor& g, const Tensor& given) {
    return where(abs(given.detach()) <= lambd, 0, g);
  });
}

}  // namespace

Tensor logsigmoid(const Tensor& x, Where where) {
  const Call call("logsigmoid", where, x);
  check::floating(call, x);
  return recorded(call, x, kernels::logsigmoid(x),
                  [](const Tensor& g, const Tensor& given) { return g * sigmoid(-given); });
}

Tensor softplus(const Tensor& x, double beta, double threshold, Where where) {
  const Call call("softplus", where, x, beta, threshold);
  check::floating(call, x);
  finite_factor(call, "beta", beta, x);
  not_nan(call, "threshold", threshold, x);
  return recorded(call, x, kernels::softplus(x, beta, threshold),
                  [beta, threshold](const Tensor& g, const Tensor& given) {
                    const Tensor z = given * beta;
                    return retrograd::where(z > threshold, g, g * sigmoid(z));
                  });
}

Tensor leaky_relu(const Tensor& x, double negative_slope, Where where) {
  const Call call("leaky_relu", where, x, negative_slope);
  check::floating(call, x);
  not_nan(call, "negative_slope", negative_slope, x);
  return recorded(call, x, kernels::leaky_relu(x, negative_slope),
                  [negative_slope](const Tensor& g, const Tensor& given) {
                    return retrograd::where(given > 0, g, g * negative_slope);
                  });
}

Tensor add_relu(const Tensor& a, const Tensor& b, Where where) {
  const Call call("add_relu", where, a, b);
  check::floating(call, a);
  check::defined(call, "the second operand", b);
  if (a.dtype() != b.dtype()) {
    return call.result(relu(a + b));
  }
  const Shape shape = broadcast_shapes(call.name(), a.shape(), b.shape());
  const Tensor x = expand_operand(a, shape);
  const Tensor y = expand_operand(b, shape);
  const Tensor sum = kernels::add_relu(x, y);
  return call.record({.output = sum,
                      .inputs = {x, y},
                      .saved = {sum},
                      .backward = [](const Backward& g) -> Gradients {
                        const Tensor grad = relu_grad(g.grad, g.saved(0));
                        return {grad, grad};
                      }});
}

Tensor prelu(const Tensor& x, const Tensor& weight, Where where) {
  const Call call("prelu", where, Cast::downcast, x, weight);
  const auto [input, slopes] =
      call.inputs({{"input", x, floating}, {"weight", weight, like_first}});
  if (weight.dim() > 1) {
    fail<ShapeError>(call, "the weight must have one dimension or none",
                     {{"input", x}, {"weight", weight}});
  }
  const std::int64_t channels = x.dim() > 1 ? x.size(1) : 1;
  if (weight.numel() != 1 && weight.numel() != channels) {
    fail<ShapeError>(call,
                     "the weight must have one element or, for the channels in dimension 1, " +
                         std::to_string(channels),
                     {{"input", x}, {"weight", weight}});
  }
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
  check::floating(call, x);
  not_nan(call, "alpha", alpha, x);
  return exponential(call, x, alpha, 1, 1);
}

Tensor celu(const Tensor& x, double alpha, Where where) {
  const Call call("celu", where, x, alpha);
  check::floating(call, x);
  finite_factor(call, "alpha", alpha, x);
  return exponential(call, x, alpha, 1, 1 / alpha);
}

Tensor selu(const Tensor& x, Where where) {
  constexpr double kAlpha = 1.6732632423543772848170429916717;
  constexpr double kScale = 1.0507009873554804934193349852946;
  const Call call("selu", where, x);
  check::floating(call, x);
  return exponential(call, x, kAlpha * kScale, kScale, 1);
}

Tensor softsign(const Tensor& x, Where where) {
  const Call call("softsign", where, x);
  check::floating(call, x);
  return recorded(call, x, kernels::softsign(x), [](const Tensor& g, const Tensor& given) {
    return g * square(reciprocal(1.0 + abs(given)));
  });
}

Tensor tanhshrink(const Tensor& x, Where where) {
  const Call call("tanhshrink", where, x);
  check::floating(call, x);
  return recorded(call, x, kernels::tanhshrink(x),
                  [](const Tensor& g, const Tensor& given) { return g * square(tanh(given)); });
}

Tensor softshrink(const Tensor& x, double lambd, Where where) {
  const Call call("softshrink", where, x, lambd);
  check::floating(call, x);
  require(call, lambd >= 0, "lambd", lambd, "at least 0 is needed", x);
  return shrunk(call, x, kernels::softshrink(x, held(lambd, x)), lambd);
}

Tensor hardshrink(const Tensor& x, double lambd, Where where) {
  const Call call("hardshrink", where, x, lambd);
  check::floating(call, x);
  not_nan(call, "lambd", lambd, x);
  return shrunk(call, x, kernels::hardshrink(x, held(lambd, x)), lambd);
}

}  // namespace retrograd
