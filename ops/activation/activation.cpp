#include <retrograd/ops/activation.h>

#include <cmath>
#include <string>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/relu.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

void require(bool holds, const char* op, const char* name, double value, const char* wanted,
             const Tensor& x, Where where) {
  if (!holds) {
    fail<ValueError>(op, where, std::string(name) + " is " + number_text(value) + "; " + wanted,
                     {{"input", x}});
  }
}

void not_nan(const char* op, const char* name, double value, const Tensor& x, Where where) {
  require(!std::isnan(value), op, name, value, "a number is needed", x, where);
}

// x scale above 0, factor (exp(rate x) - 1) elsewhere.
Tensor exponential(const char* op, const Tensor& x, double factor, double scale, double rate,
                   Where where) {
  return record({.op = op,
                 .where = where,
                 .output = kernels::elu(x, factor, scale, rate),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [factor, scale, rate](const Backward& b) -> Gradients {
                   const Tensor given = b.saved(0);
                   const Tensor below = given <= 0;
                   const Tensor slope =
                       factor * rate * exp(retrograd::where(below, given, 0) * rate);
                   return {retrograd::where(below, b.grad * slope, b.grad * scale)};
                 }});
}

// A threshold as the dtype of x holds it, so that elements equal to it count as such.
double held(double threshold, const Tensor& x) {
  return detail::rounded(threshold, x.dtype()).to<double>();
}

// y of x, where elements up to lambd from 0 have no gradient and the others all of it.
Tensor shrunk(const char* op, const Tensor& x, const Tensor& y, double lambd, Where where) {
  return record({.op = op,
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {x},
                 .backward = [lambd](const Backward& b) -> Gradients {
                   return {retrograd::where(abs(b.saved(0).detach()) <= lambd, 0, b.grad)};
                 }});
}

}  // namespace

Tensor logsigmoid(const Tensor& x, Where where) {
  check::floating("logsigmoid", x, where);
  return record(
      {.op = "logsigmoid",
       .where = where,
       .output = kernels::logsigmoid(x),
       .inputs = {x},
       .saved = {x},
       .backward = [](const Backward& b) -> Gradients { return {b.grad * sigmoid(-b.saved(0))}; }});
}

Tensor softplus(const Tensor& x, double beta, double threshold, Where where) {
  check::floating("softplus", x, where);
  require(std::isfinite(beta) && beta != 0, "softplus", "beta", beta,
          "a finite number other than 0 is needed", x, where);
  not_nan("softplus", "threshold", threshold, x, where);
  return record({.op = "softplus",
                 .where = where,
                 .output = kernels::softplus(x, beta, threshold),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [beta, threshold](const Backward& b) -> Gradients {
                   const Tensor z = b.saved(0) * beta;
                   return {retrograd::where(z > threshold, b.grad, b.grad * sigmoid(z))};
                 }});
}

Tensor leaky_relu(const Tensor& x, double negative_slope, Where where) {
  check::floating("leaky_relu", x, where);
  not_nan("leaky_relu", "negative_slope", negative_slope, x, where);
  return record({.op = "leaky_relu",
                 .where = where,
                 .output = kernels::leaky_relu(x, negative_slope),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [negative_slope](const Backward& b) -> Gradients {
                   return {retrograd::where(b.saved(0) > 0, b.grad, b.grad * negative_slope)};
                 }});
}

Tensor add_relu(const Tensor& a, const Tensor& b, Where where) {
  check::floating("add_relu", a, where);
  check::defined("add_relu", "the second operand", b, where);
  if (a.dtype() != b.dtype()) {
    return relu(add(a, b, where), where);
  }
  const Shape shape = broadcast_shapes("add_relu", a.shape(), b.shape(), where);
  const Tensor x = expand_operand(a, shape, where);
  const Tensor y = expand_operand(b, shape, where);
  const Tensor sum = kernels::add_relu(x, y);
  return record({.op = "add_relu",
                 .where = where,
                 .output = sum,
                 .inputs = {x, y},
                 .saved = {sum},
                 .backward = [](const Backward& g) -> Gradients {
                   const Tensor grad = relu_grad(g.grad, g.saved(0));
                   return {grad, grad};
                 }});
}

Tensor prelu(const Tensor& x, const Tensor& weight, Where where) {
  if (autocast::lowers(x, weight)) {
    return prelu(autocast::lowered(x, where), autocast::lowered(weight, where), where);
  }
  check::floating("prelu", x, where);
  check::defined("prelu", "weight", weight, where);
  check::same_dtype("prelu", "input", x, "weight", weight, where);
  if (weight.dim() > 1) {
    fail<ShapeError>("prelu", where, "the weight must have one dimension or none",
                     {{"input", x}, {"weight", weight}});
  }
  const std::int64_t channels = x.dim() > 1 ? x.size(1) : 1;
  if (weight.numel() != 1 && weight.numel() != channels) {
    fail<ShapeError>("prelu", where,
                     "the weight must have one element or, for the channels in dimension 1, " +
                         std::to_string(channels),
                     {{"input", x}, {"weight", weight}});
  }
  Shape shape;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    shape.push_back(d == 1 ? weight.numel() : 1);
  }
  const Tensor w = expand_operand(reshape(weight, shape, where), x.shape(), where);
  return record({.op = "prelu",
                 .where = where,
                 .output = kernels::prelu(x, w),
                 .inputs = {x, w},
                 .saved = {x, save_if(x.requires_grad(), w)},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor given = b.saved(0);
                   const Tensor above = given > 0;
                   const Tensor below = retrograd::where(above, 0.0, given);
                   return {
                       b.needs(0) ? retrograd::where(above, b.grad, b.grad * b.saved(1)) : Tensor(),
                       b.needs(1) ? retrograd::where(above, 0.0, b.grad * below) : Tensor()};
                 }});
}

Tensor elu(const Tensor& x, double alpha, Where where) {
  check::floating("elu", x, where);
  not_nan("elu", "alpha", alpha, x, where);
  return exponential("elu", x, alpha, 1, 1, where);
}

Tensor celu(const Tensor& x, double alpha, Where where) {
  check::floating("celu", x, where);
  require(std::isfinite(alpha) && alpha != 0, "celu", "alpha", alpha,
          "a finite number other than 0 is needed", x, where);
  return exponential("celu", x, alpha, 1, 1 / alpha, where);
}

Tensor selu(const Tensor& x, Where where) {
  check::floating("selu", x, where);
  constexpr double kAlpha = 1.6732632423543772848170429916717;
  constexpr double kScale = 1.0507009873554804934193349852946;
  return exponential("selu", x, kAlpha * kScale, kScale, 1, where);
}

Tensor softsign(const Tensor& x, Where where) {
  check::floating("softsign", x, where);
  return record({.op = "softsign",
                 .where = where,
                 .output = kernels::softsign(x),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [](const Backward& b) -> Gradients {
                   return {b.grad * square(reciprocal(1.0 + abs(b.saved(0))))};
                 }});
}

Tensor tanhshrink(const Tensor& x, Where where) {
  check::floating("tanhshrink", x, where);
  return record({.op = "tanhshrink",
                 .where = where,
                 .output = kernels::tanhshrink(x),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [](const Backward& b) -> Gradients {
                   return {b.grad * square(tanh(b.saved(0)))};
                 }});
}

Tensor softshrink(const Tensor& x, double lambd, Where where) {
  check::floating("softshrink", x, where);
  require(lambd >= 0, "softshrink", "lambd", lambd, "at least 0 is needed", x, where);
  return shrunk("softshrink", x, kernels::softshrink(x, held(lambd, x)), lambd, where);
}

Tensor hardshrink(const Tensor& x, double lambd, Where where) {
  check::floating("hardshrink", x, where);
  not_nan("hardshrink", "lambd", lambd, x, where);
  return shrunk("hardshrink", x, kernels::hardshrink(x, held(lambd, x)), lambd, where);
}

}  // namespace retrograd
