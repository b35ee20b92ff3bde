#include <retrograd/ops/loss_classification.h>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/classes.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loss/cross_entropy.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/ops/softmax.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

using loss::Classes;
using loss::nll;
using loss::reduced;
using loss::reduced_over_targets;
using loss::target_weights;
using loss::without_ignored;

namespace {

// The weights of the classes, shaped to be factors of the input.
Tensor along_classes(const Tensor& weight, const Tensor& input, std::size_t dim, Where where) {
  Shape shape = Shape::filled(input.shape().size(), 1);
  shape[dim] = input.shape()[dim];
  return reshape(weight, shape, where);
}

Tensor entropy_of_probabilities(const char* op, const Tensor& input, const Tensor& target,
                                std::size_t dim, const Tensor& weight,
                                const CrossEntropyOptions& options, Where where) {
  const auto d = static_cast<std::int64_t>(dim);
  const double classes = static_cast<double>(input.shape()[dim]);
  Tensor wanted = target;
  if (options.label_smoothing > 0) {
    wanted = add(mul(wanted, 1 - options.label_smoothing, where), options.label_smoothing / classes,
                 where);
  }
  Tensor terms = loss::share_of(wanted, log_softmax(input, d, where), where);
  if (weight.defined()) {
    terms = mul(terms, along_classes(weight, input, dim, where), where);
  }
  return reduced(op, neg(sum(terms, d, false, where), where), options.reduction, input.dtype(),
                 where);
}

// The part of the loss that label smoothing adds: all classes as targets.
Tensor smooth_part(const char* op, const Tensor& log_probabilities, const Classes& classes,
                   std::size_t dim, const Tensor& weight, const Tensor& weights,
                   Reduction reduction, Where where) {
  Tensor terms = neg(log_probabilities, where);
  if (weight.defined()) {
    terms = mul(terms, along_classes(weight, terms, dim, where), where);
  }
  const Tensor losses = sum(terms, static_cast<std::int64_t>(dim), false, where);
  return reduced_over_targets(op, without_ignored(losses, classes, where), weights, classes,
                              reduction, where);
}

// x with 0 in the rows of ignored targets, along dimension d: what they hold may be NaN.
Tensor without_ignored_rows(const Tensor& x, const Tensor& ignored, std::int64_t d, Where where) {
  return ignored.defined() ? retrograd::where(unsqueeze(ignored, d, where), 0, x, where) : x;
}

// Cross entropy of classes, composed: for weights that are trained themselves.
Tensor composed_entropy(const char* op, const Tensor& input, const Classes& classes,
                        std::size_t dim, const Tensor& weight, const CrossEntropyOptions& options,
                        Where where) {
  const auto d = static_cast<std::int64_t>(dim);
  const Tensor x = without_ignored_rows(input, classes.ignored, d, where);
  const Tensor weights = target_weights(weight, classes, where);
  const Tensor log_probabilities = log_softmax(x, d, where);
  const Tensor hard = nll(op, log_probabilities, classes, dim, weights, options.reduction, where);
  if (options.label_smoothing == 0) {
    return hard;
  }
  const Tensor smooth =
      smooth_part(op, log_probabilities, classes, dim, weight, weights, options.reduction, where);
  const double share = options.label_smoothing / static_cast<double>(x.shape()[dim]);
  return add(mul(hard, 1 - options.label_smoothing, where), mul(smooth, share, where), where);
}

kernels::ClassTargets fused_targets(const Tensor& x, const Classes& classes, std::size_t dim,
                                    const Tensor& weight, double smoothing) {
  kernels::ClassTargets targets{.index = kernels::as_contiguous(classes.index)};
  if (classes.ignored.defined()) {
    targets.ignored = kernels::as_contiguous(classes.ignored);
  }
  if (weight.defined() || smoothing > 0) {
    const Shape count{x.shape()[dim]};
    const Tensor factors = weight.defined() ? kernels::as_contiguous(weight.detach())
                                            : ones(count, {.dtype = widened_dtype(x)});
    targets.own = (factors * (1 - smoothing)).detach();
    if (smoothing > 0) {
      targets.soft = (factors * (smoothing / static_cast<double>(x.shape()[dim]))).detach();
    }
  }
  return targets;
}

// What every class counts of every target, in the input's shape.
Tensor wanted_classes(const Tensor& x, std::size_t dim, const kernels::ClassTargets& targets) {
  const auto d = static_cast<std::int64_t>(dim);
  const Tensor numbers = along_classes(arange(x.shape()[dim]), x, dim, {});
  Tensor wanted = eq(unsqueeze(targets.index, d), numbers).to(x.dtype());
  if (targets.own.defined()) {
    wanted = wanted * along_classes(targets.own, x, dim, {});
  }
  if (targets.soft.defined()) {
    wanted = wanted + along_classes(targets.soft, x, dim, {});
  }
  return without_ignored_rows(wanted, targets.ignored, d, {});
}

// The losses of the targets in one pass over the logits; float32 for bfloat16.
Tensor fused_entropy(const char* op, const Tensor& x, const kernels::ClassTargets& targets,
                     std::size_t dim, Where where) {
  const kernels::ClassLosses result = kernels::cross_entropy(x, dim, targets);
  return record(
      {.op = op,
       .where = where,
       .output = result.losses,
       .inputs = {x},
       .saved = {x, result.exponent, targets.index, targets.ignored, targets.own, targets.soft},
       .backward = [dim](const Backward& b) -> Gradients {
         const Tensor logits = b.saved(0);
         const kernels::ClassTargets classes{
             .index = b.saved(2), .ignored = b.saved(3), .own = b.saved(4), .soft = b.saved(5)};
         if (!grad_enabled()) {
           return {kernels::cross_entropy_grad(b.grad, logits, b.saved(1), dim, classes)};
         }
         const auto d = static_cast<std::int64_t>(dim);
         const Tensor wide = widened(logits, {});
         const Tensor wanted = wanted_classes(wide, dim, classes);
         const Tensor all = sum(wanted, d, true);
         const auto counted = [&](const Tensor& rows) {
           return without_ignored_rows(rows, classes.ignored, d, {});
         };
         const Tensor gradient =
             counted(unsqueeze(b.grad, d)) * (softmax(counted(wide), d) * all - wanted);
         return {gradient.to(logits.dtype())};
       }});
}

}  // namespace

Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyOptions& options,
                     Where where) {
  if (autocast::widens(input, target, options.weight)) {
    return cross_entropy(widened(input, where), widened(target, where),
                         loss::widened_weights(options, where), where);
  }
  const char* const op = "cross_entropy";
  const std::size_t dim = loss::class_dim(op, input, target, where);
  loss::check_class_weight(op, options.weight, input, dim, where);
  const double smoothing = options.label_smoothing;
  loss::require(op, smoothing >= 0 && smoothing <= 1, "label_smoothing", smoothing, "in [0, 1]",
                where);
  const Tensor weight = widened(options.weight, where);
  if (is_floating(target.dtype())) {
    check::same_dtype(op, "input", input, "target", target, where);
    if (target.shape() != input.shape()) {
      fail<ShapeError>(op, where,
                       "a floating target holds probabilities and needs the input's shape; classes "
                       "are int64",
                       {{"input", input}, {"target", target}});
    }
    return entropy_of_probabilities(op, widened(input, where), widened(target, where), dim, weight,
                                    options, where)
        .to(input.dtype(), where);
  }
  const Classes classes = loss::check_classes(op, input, target, dim, options.ignore_index, where);
  if (weight.defined() && weight.requires_grad() && grad_enabled()) {
    return composed_entropy(op, widened(input, where), classes, dim, weight, options, where)
        .to(input.dtype(), where);
  }
  const Tensor losses =
      fused_entropy(op, input, fused_targets(input, classes, dim, weight, smoothing), dim, where);
  return reduced_over_targets(op, losses, target_weights(weight, classes, where), classes,
                              options.reduction, where)
      .to(input.dtype(), where);
}

}  // namespace retrograd
