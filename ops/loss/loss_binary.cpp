// The losses of probabilities and of two classes.
#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/loss_classification.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

using loss::check_pair;
using loss::check_weight;
using loss::log1p_exp;
using loss::reduced;
using loss::share_of;

namespace {

Tensor weighted(const Tensor& losses, const Tensor& weight, Where where) {
  return weight.defined() ? mul(losses, widened(weight, where), where) : losses;
}

Tensor entropy_of_logits(const char* op, const Tensor& input, const Tensor& target, Where where) {
  const Tensor x = input.detach();
  const Tensor t = target.detach();
  // max(x, 0) - x t + log(1 + exp(-|x|)), with nothing that overflows, and 0 for an infinite logit
  // of the right sign.
  const Tensor size = abs(x);
  const Tensor share = retrograd::where(x > 0, 1.0 - t, t);
  const Tensor losses =
      (retrograd::where(share == 0, 0, share * size) + log1p(exp(-size))).detach();
  return record({.op = op,
                 .where = where,
                 .output = losses,
                 .inputs = {input, target},
                 .saved = {input, save_if(input.requires_grad(), target)},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor logits = b.saved(0);
                   return {b.needs(0) ? b.grad * (sigmoid(logits) - b.saved(1)) : Tensor(),
                           b.needs(1) ? -(b.grad * logits) : Tensor()};
                 }});
}

void check_probabilities(const char* op, const Tensor& input, Where where) {
  if (input.numel() == 0) {
    return;
  }
  const double low = amin(input.detach()).item<double>();
  const double high = amax(input.detach()).item<double>();
  if (!(low >= 0 && high <= 1)) {
    fail<ValueError>(op, where,
                     "input must lie in [0, 1] but holds " + number_text(low >= 0 ? high : low),
                     {{"input", input}});
  }
}

}  // namespace

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const BCEOptions& options,
                            Where where) {
  if (autocast::widens(input, target, options.weight)) {
    return binary_cross_entropy(widened(input, where), widened(target, where),
                                loss::widened_weights(options, where), where);
  }
  const char* const op = "binary_cross_entropy";
  check_pair(op, input, target, where);
  check_weight(op, "weight", options.weight, input, where);
  check_probabilities(op, input, where);
  const Tensor given = widened(input, where);
  const Tensor wanted = widened(target, where);
  const Tensor x = given.detach();
  const Tensor t = wanted.detach();
  const Tensor losses = ((t - 1.0) * clamp(log1p(-x), -100.0) - t * clamp(log(x), -100.0)).detach();
  const Tensor recorded =
      record({.op = op,
              .where = where,
              .output = losses,
              .inputs = {given, wanted},
              .saved = {given, save_if(given.requires_grad(), wanted)},
              .backward = [](const Backward& b) -> Gradients {
                const Tensor p = b.saved(0);
                const Tensor spread = b.needs(0) ? clamp(p * (1.0 - p), 1e-12) : Tensor();
                return {b.needs(0) ? b.grad * (p - b.saved(1)) / spread : Tensor(),
                        b.needs(1) ? b.grad * (log1p(-p) - log(p)) : Tensor()};
              }});
  return reduced(op, weighted(recorded, options.weight, where), options.reduction, input.dtype(),
                 where);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BCEWithLogitsOptions& options, Where where) {
  if (autocast::widens(input, target, options.weight, options.pos_weight)) {
    return binary_cross_entropy_with_logits(widened(input, where), widened(target, where),
                                            loss::widened_weights(options, where), where);
  }
  const char* const op = "binary_cross_entropy_with_logits";
  check_pair(op, input, target, where);
  check_weight(op, "weight", options.weight, input, where);
  check_weight(op, "pos_weight", options.pos_weight, input, where);
  const Tensor x = widened(input, where);
  const Tensor t = widened(target, where);
  Tensor losses;
  if (options.pos_weight.defined()) {
    // (1 - t) log(1 + exp(x)) + pos_weight t log(1 + exp(-x))
    const Tensor positive = mul(widened(options.pos_weight, where), t, where);
    losses = add(share_of(sub(1.0, t, where), log1p_exp(x, where), where),
                 share_of(positive, log1p_exp(neg(x, where), where), where), where);
  } else {
    losses = entropy_of_logits(op, x, t, where);
  }
  return reduced(op, weighted(losses, options.weight, where), options.reduction, input.dtype(),
                 where);
}

Tensor kl_div(const Tensor& input, const Tensor& target, KLDivOptions options, Where where) {
  if (autocast::widens(input, target)) {
    return kl_div(widened(input, where), widened(target, where), options, where);
  }
  check_pair("kl_div", input, target, where);
  const Tensor x = widened(input, where);
  const Tensor t = widened(target, where);
  Tensor losses;
  if (options.log_target) {
    losses = share_of(exp(t, where), sub(t, x, where), where);
  } else {
    const Tensor nothing = eq(t.detach(), 0, where);
    const Tensor logarithm = log(retrograd::where(nothing, 1, t, where), where);
    losses = sub(mul(t, logarithm, where), share_of(t, x, where), where);
  }
  return reduced("kl_div", losses, options.reduction, input.dtype(), where);
}

Tensor soft_margin_loss(const Tensor& input, const Tensor& target, LossOptions options,
                        Where where) {
  if (autocast::widens(input, target)) {
    return soft_margin_loss(widened(input, where), widened(target, where), options, where);
  }
  const char* const op = "soft_margin_loss";
  check_pair(op, input, target, where);
  const Tensor margins = mul(neg(widened(target, where), where), widened(input, where), where);
  return reduced(op, log1p_exp(margins, where), options.reduction, input.dtype(), where);
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const BCEOptions& options, Where where) {
  if (autocast::widens(input, target, options.weight)) {
    return multilabel_soft_margin_loss(widened(input, where), widened(target, where),
                                       loss::widened_weights(options, where), where);
  }
  const char* const op = "multilabel_soft_margin_loss";
  check_pair(op, input, target, where);
  check_weight(op, "weight", options.weight, input, where);
  if (input.dim() == 0) {
    fail<ShapeError>(op, where, "input needs a dimension of classes", {{"input", input}});
  }
  const Tensor losses = entropy_of_logits("binary_cross_entropy_with_logits", widened(input, where),
                                          widened(target, where), where);
  return reduced(op, mean(weighted(losses, options.weight, where), -1, false, where),
                 options.reduction, input.dtype(), where);
}

}  // namespace retrograd
