// The losses of probabilities and of two classes.
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/loss_classification.h>

namespace retrograd {

using namespace loss;

namespace {

Tensor entropy_of_logits(const Call& call, const Tensor& input, const Tensor& target) {
  const Tensor x = input.detach();
  const Tensor t = target.detach();
  // max(x, 0) - x t + log(1 + exp(-|x|)), with nothing that overflows, and 0 for an infinite logit
  // of the right sign.
  const Tensor size = abs(x);
  const Tensor share = where(x > 0, 1.0 - t, t);
  return call.record({.output = (where(share == 0, 0, share * size) + log1p(exp(-size))).detach(),
                      .inputs = {input, target},
                      .saved = {input, save_if(input.requires_grad(), target)},
                      .backward = [](const Backward& b) -> Gradients {
                        const Tensor logits = b.saved(0);
                        return {b.needs(0) ? b.grad * (sigmoid(logits) - b.saved(1)) : Tensor(),
                                b.needs(1) ? -(b.grad * logits) : Tensor()};
                      }});
}

}  // namespace

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BCELossOptions& options, Where where) {
  const Call call("binary_cross_entropy", where, Cast::wide, input, target, options);
  const auto [given, wanted, weight] =
      call.inputs({{"input", input, floating},
                   {"target", target, like_first},
                   {"weight", options.weight, optional | like_first}});
  check::same_shape(call, "input", input, "target", target);
  check_weight(call, "weight", options.weight, input);
  if (input.numel() > 0) {
    const double low = amin(input.detach()).item<double>();
    const double high = amax(input.detach()).item<double>();
    check::require<ValueError>(call, low >= 0 && high <= 1, {{"input", input}},
                               "input must lie in [0, 1] but holds {} [not-a-probability]",
                               low >= 0 ? high : low);
  }
  const Tensor x = given.detach();
  const Tensor t = wanted.detach();
  const Tensor losses = call.record(
      {.output = ((t - 1.0) * clamp(log1p(-x), -100.0) - t * clamp(log(x), -100.0)).detach(),
       .inputs = {given, wanted},
       .saved = {given, save_if(given.requires_grad(), wanted)},
       .backward = [](const Backward& b) -> Gradients {
         const Tensor p = b.saved(0);
         const Tensor spread = b.needs(0) ? clamp(p * (1.0 - p), 1e-12) : Tensor();
         return {b.needs(0) ? b.grad * (p - b.saved(1)) / spread : Tensor(),
                 b.needs(1) ? b.grad * (log1p(-p) - log(p)) : Tensor()};
       }});
  return reduced(call, weighted(losses, weight), options.reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BCEWithLogitsLossOptions& options, Where where) {
  const Call call("binary_cross_entropy_with_logits", where, Cast::wide, input, target, options);
  const auto [x, t, weight, pos_weight] =
      call.inputs({{"input", input, floating},
                   {"target", target, like_first},
                   {"weight", options.weight, optional | like_first},
                   {"pos_weight", options.pos_weight, optional | like_first}});
  check::same_shape(call, "input", input, "target", target);
  check_weight(call, "weight", options.weight, input);
  check_weight(call, "pos_weight", options.pos_weight, input);
  Tensor losses;
  if (pos_weight.defined()) {
    // (1 - t) log(1 + exp(x)) + pos_weight t log(1 + exp(-x))
    const Tensor positive = pos_weight * t;
    losses = share_of(1.0 - t, log1p_exp(x)) + share_of(positive, log1p_exp(-x));
  } else {
    losses = entropy_of_logits(call, x, t);
  }
  return reduced(call, weighted(losses, weight), options.reduction);
}

Tensor kl_div(const Tensor& input, const Tensor& target, KLDivLossOptions options, Where where) {
  const Call call("kl_div", where, Cast::wide, input, target, options);
  const auto [x, t] = call.inputs({{"input", input, floating}, {"target", target, like_first}});
  check::same_shape(call, "input", input, "target", target);
  if (options.log_target) {
    return reduced(call, share_of(exp(t), t - x), options.reduction);
  }
  const Tensor nothing = t.detach() == 0;
  const Tensor logarithm = log(retrograd::where(nothing, 1, t));
  return reduced(call, t * logarithm - share_of(t, x), options.reduction);
}

Tensor soft_margin_loss(const Tensor& input, const Tensor& target, LossOptions options,
                        Where where) {
  const Call call("soft_margin_loss", where, Cast::wide, input, target, options);
  const auto [x, t] = call.inputs({{"input", input, floating}, {"target", target, like_first}});
  check::same_shape(call, "input", input, "target", target);
  return reduced(call, log1p_exp(-t * x), options.reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const BCELossOptions& options, Where where) {
  const Call call("multilabel_soft_margin_loss", where, Cast::wide, input, target, options);
  const auto [x, t, weight] = call.inputs({{"input", input, floating},
                                           {"target", target, like_first},
                                           {"weight", options.weight, optional | like_first}});
  check::same_shape(call, "input", input, "target", target);
  check_weight(call, "weight", options.weight, input);
  check::require<ShapeError>(call, input.dim() > 0, {{"input", input}},
                             "input needs a dimension of classes [rank-unexpected]");
  const Tensor losses =
      binary_cross_entropy_with_logits(x, t, {.weight = weight, .reduction = Reduction::none});
  return reduced(call, mean(losses, -1), options.reduction);
}

}  // namespace retrograd
