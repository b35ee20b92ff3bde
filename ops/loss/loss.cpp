#include <retrograd/ops/loss.h>

#include <cmath>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

using namespace loss;

namespace {

constexpr double kTwoPi = 6.283185307179586476925;

// Of an input and a target of one dtype and shape.
Tensor difference(const Call& call, const Tensor& input, const Tensor& target) {
  const auto [x, t] = call.inputs({{"input", input, floating}, {"target", target, like_first}});
  check::same_shape(call, "input", input, "target", target);
  return x - t;
}

// x^2 / 2 up to |x| = delta, then on along the tangent. A node of its own because |x| would lose
// the second derivative at 0.
Tensor huber(const Call& call, const Tensor& x, double delta) {
  const Tensor size = abs(x.detach());
  const Tensor inner = clamp(size, {}, delta);
  return with_rule(
      call, x, (inner * (size - 0.5 * inner)).detach(), x,
      [delta](const Tensor& g, const Tensor& v) { return g * clamp(v, -delta, delta); });
}

// The variance, with a last dimension to broadcast along where it lacks one.
Tensor check_variance(const Call& call, const Tensor& input, const Tensor& var) {
  const Shape& shape = input.shape();
  Shape shorter = shape;
  Shape single = shape;
  if (!shape.empty()) {
    shorter.erase(shape.size() - 1);
    single[shape.size() - 1] = 1;
  }
  check::require<ShapeError>(
      call, var.shape() == shape || var.shape() == shorter || var.shape() == single,
      {{"input", input}, {"var", var}},
      "var must have the input's shape, or that with the last dimension 1 or missing "
      "[shape-unexpected]");
  if (var.numel() > 0) {
    const double least = amin(var.detach()).item<double>();
    check::require<ValueError>(call, !(least < 0), {{"input", input}, {"var", var}},
                               "var holds a negative variance, {} [value-out-of-range]", least);
  }
  return var.shape() == shorter && var.shape() != shape ? unsqueeze(var, -1) : var;
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options, Where where) {
  const Call call("mse_loss", where, Cast::wide, input, target, options);
  return reduced(call, square(difference(call, input, target)), options.reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, LossOptions options, Where where) {
  const Call call("l1_loss", where, Cast::wide, input, target, options);
  return reduced(call, abs(difference(call, input, target)), options.reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, SmoothL1LossOptions options,
                      Where where) {
  const Call call("smooth_l1_loss", where, Cast::wide, input, target, options);
  const Tensor x = difference(call, input, target);
  require(call, options.beta >= 0, "beta", options.beta, "at least 0");
  const Tensor losses = options.beta == 0 ? abs(x) : huber(call, x, options.beta) / options.beta;
  return reduced(call, losses, options.reduction);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, HuberLossOptions options,
                  Where where) {
  const Call call("huber_loss", where, Cast::wide, input, target, options);
  const Tensor x = difference(call, input, target);
  require(call, options.delta > 0, "delta", options.delta, "above 0");
  return reduced(call, huber(call, x, options.delta), options.reduction);
}

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                        const PoissonNLLLossOptions& options, Where where) {
  const Call call("poisson_nll_loss", where, Cast::wide, input, target, options);
  const auto [x, t] = call.inputs({{"input", input, floating}, {"target", target, like_first}});
  check::same_shape(call, "input", input, "target", target);
  require(call, options.eps >= 0, "eps", options.eps, "at least 0");
  Tensor losses =
      options.log_input ? exp(x) - share_of(t, x) : x - share_of(t, log(x + options.eps));
  if (options.full) {
    // Targets up to 1 are replaced before the logarithm, which would give them NaN gradients.
    const Tensor large = t.detach() > 1;
    const Tensor n = retrograd::where(large, t, 2);
    const Tensor stirling = n * log(n) - n + 0.5 * log(kTwoPi * n);
    losses = losses + retrograd::where(large, stirling, 0);
  }
  return reduced(call, losses, options.reduction);
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var,
                         const GaussianNLLLossOptions& options, Where where) {
  const Call call("gaussian_nll_loss", where, Cast::wide, input, target, var, options);
  const auto [x, t, variance] = call.inputs(
      {{"input", input, floating}, {"target", target, like_first}, {"var", var, like_first}});
  check::same_shape(call, "input", input, "target", target);
  require(call, options.eps > 0, "eps", options.eps, "above 0");
  const Tensor given = check_variance(call, input, variance);
  // The clamp takes no part in the gradient.
  const Tensor low = given.detach() < options.eps;
  const Tensor lifted = given + (options.eps - given.detach()).detach();
  const Tensor v = retrograd::where(low, lifted, given);
  const Tensor error = square(x - t);
  Tensor losses = 0.5 * (log(v) + error / v);
  if (options.full) {
    losses = losses + 0.5 * std::log(kTwoPi);
  }
  return reduced(call, losses, options.reduction);
}

}  // namespace retrograd
