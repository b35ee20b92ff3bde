#include <retrograd/ops/loss.h>

#include <cmath>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

using loss::check_pair;
using loss::reduced;
using loss::require;
using loss::share_of;

namespace {

constexpr double kTwoPi = 6.283185307179586476925;

Tensor difference(const Tensor& input, const Tensor& target, Where where) {
  return sub(widened(input, where), widened(target, where), where);
}

// x^2 / 2 up to |x| = delta, then on along the tangent. A node of its own because |x| would lose
// the second derivative at 0.
Tensor huber(const char* op, const Tensor& x, double delta, Where where) {
  const Tensor size = abs(x.detach());
  const Tensor inner = clamp(size, {}, delta);
  const Tensor y = (inner * (size - 0.5 * inner)).detach();
  return record({.op = op,
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {x},
                 .backward = [delta](const Backward& b) -> Gradients {
                   return {b.grad * clamp(b.saved(0), -delta, delta)};
                 }});
}

// The variance, with a last dimension to broadcast along where it lacks one.
Tensor check_variance(const char* op, const Tensor& input, const Tensor& var, Where where) {
  loss::check_floating_like(op, "var", var, input, where);
  const Shape& shape = input.shape();
  Shape shorter = shape;
  Shape single = shape;
  if (!shape.empty()) {
    shorter.erase(shape.size() - 1);
    single[shape.size() - 1] = 1;
  }
  if (var.shape() != shape && var.shape() != shorter && var.shape() != single) {
    fail<ShapeError>(
        op, where, "var must have the input's shape, or that with the last dimension 1 or missing",
        {{"input", input}, {"var", var}});
  }
  if (var.numel() > 0) {
    const double least = amin(var.detach()).item<double>();
    if (least < 0) {
      fail<ValueError>(op, where, "var holds a negative variance, " + number_text(least),
                       {{"input", input}, {"var", var}});
    }
  }
  return var.shape() == shorter && var.shape() != shape ? unsqueeze(var, -1, where) : var;
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options, Where where) {
  if (autocast::widens(input, target)) {
    return mse_loss(widened(input, where), widened(target, where), options, where);
  }
  check_pair("mse_loss", input, target, where);
  return reduced("mse_loss", square(difference(input, target, where), where), options.reduction,
                 input.dtype(), where);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, LossOptions options, Where where) {
  if (autocast::widens(input, target)) {
    return l1_loss(widened(input, where), widened(target, where), options, where);
  }
  check_pair("l1_loss", input, target, where);
  return reduced("l1_loss", abs(difference(input, target, where), where), options.reduction,
                 input.dtype(), where);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, SmoothL1LossOptions options,
                      Where where) {
  if (autocast::widens(input, target)) {
    return smooth_l1_loss(widened(input, where), widened(target, where), options, where);
  }
  const char* const op = "smooth_l1_loss";
  check_pair(op, input, target, where);
  require(op, options.beta >= 0, "beta", options.beta, "at least 0", where);
  const Tensor x = difference(input, target, where);
  const Tensor losses = options.beta == 0
                            ? abs(x, where)
                            : div(huber(op, x, options.beta, where), options.beta, where);
  return reduced(op, losses, options.reduction, input.dtype(), where);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, HuberLossOptions options,
                  Where where) {
  if (autocast::widens(input, target)) {
    return huber_loss(widened(input, where), widened(target, where), options, where);
  }
  const char* const op = "huber_loss";
  check_pair(op, input, target, where);
  require(op, options.delta > 0, "delta", options.delta, "above 0", where);
  return reduced(op, huber(op, difference(input, target, where), options.delta, where),
                 options.reduction, input.dtype(), where);
}

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                        const PoissonNLLLossOptions& options, Where where) {
  if (autocast::widens(input, target)) {
    return poisson_nll_loss(widened(input, where), widened(target, where), options, where);
  }
  const char* const op = "poisson_nll_loss";
  check_pair(op, input, target, where);
  require(op, options.eps >= 0, "eps", options.eps, "at least 0", where);
  const Tensor x = widened(input, where);
  const Tensor t = widened(target, where);
  Tensor losses = options.log_input
                      ? sub(exp(x, where), share_of(t, x, where), where)
                      : sub(x, share_of(t, log(add(x, options.eps, where), where), where), where);
  if (options.full) {
    // Targets up to 1 are replaced before the logarithm, which would give them NaN gradients.
    const Tensor large = gt(t.detach(), 1, where);
    const Tensor n = retrograd::where(large, t, 2, where);
    const Tensor stirling = add(sub(mul(n, log(n, where), where), n, where),
                                mul(0.5, log(mul(kTwoPi, n, where), where), where), where);
    losses = add(losses, retrograd::where(large, stirling, 0, where), where);
  }
  return reduced(op, losses, options.reduction, input.dtype(), where);
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNLLLossOptions& options, Where where) {
  if (autocast::widens(input, target, var)) {
    return gaussian_nll_loss(widened(input, where), widened(target, where), widened(var, where),
                             options, where);
  }
  const char* const op = "gaussian_nll_loss";
  check_pair(op, input, target, where);
  require(op, options.eps > 0, "eps", options.eps, "above 0", where);
  const Tensor given = widened(check_variance(op, input, var, where), where);
  // The clamp takes no part in the gradient.
  const Tensor low = lt(given.detach(), options.eps, where);
  const Tensor lifted = add(given, (options.eps - given.detach()).detach(), where);
  const Tensor v = retrograd::where(low, lifted, given, where);
  const Tensor error = square(difference(input, target, where), where);
  Tensor losses = mul(0.5, add(log(v, where), div(error, v, where), where), where);
  if (options.full) {
    losses = add(losses, 0.5 * std::log(kTwoPi), where);
  }
  return reduced(op, losses, options.reduction, input.dtype(), where);
}

}  // namespace retrograd
