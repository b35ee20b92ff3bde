#include <retrograd/ops/loss_classification.h>

#include <retrograd/ops/detail/classes.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/loss/cross_entropy.h>
#include <retrograd/ops/softmax.h>

namespace retrograd {

using namespace loss;

namespace {

// The weights of the classes, shaped to be factors of the input.
Tensor along_classes(const Tensor& weight, const Tensor& input, std::int64_t dim) {
  Shape shape = Shape::filled(input.shape().size(), 1);
  shape[static_cast<std::size_t>(dim)] = input.size(dim);
  return reshape(weight, shape);
}

// x times the weights of the classes, if there are any.
Tensor times_classes(const Tensor& x, const Tensor& weight, std::int64_t dim) {
  return weight.defined() ? x * along_classes(weight, x, dim) : x;
}

Tensor entropy_of_probabilities(const Call& call, const Tensor& input, const Tensor& target,
                                std::int64_t dim, const Tensor& weight,
                                const CrossEntropyLossOptions& options) {
  const double classes = static_cast<double>(input.size(dim));
  Tensor wanted = target;
  if (options.label_smoothing > 0) {
    wanted = wanted * (1 - options.label_smoothing) + options.label_smoothing / classes;
  }
  const Tensor terms = times_classes(share_of(wanted, log_softmax(input, dim)), weight, dim);
  return reduced(call, -sum(terms, dim), options.reduction);
}

// x with 0 in the rows of ignored targets, along dimension `dim`: what they hold may be NaN.
Tensor without_ignored_rows(const Tensor& x, const Tensor& ignored, std::int64_t dim) {
  return ignored.defined() ? where(unsqueeze(ignored, dim), 0, x) : x;
}

// Cross entropy of classes, composed: for weights that are trained themselves.
Tensor composed_entropy(const Call& call, const Tensor& input, const Classes& classes,
                        std::int64_t dim, const Tensor& weight,
                        const CrossEntropyLossOptions& options) {
  const Tensor x = without_ignored_rows(input, classes.ignored, dim);
  const Tensor weights = target_weights(weight, classes);
  const Tensor log_probabilities = log_softmax(x, dim);
  Tensor hard = nll(call, log_probabilities, classes, dim, weights, options.reduction);
  if (options.label_smoothing == 0) {
    return hard;
  }
  // What label smoothing adds: all classes as targets.
  const Tensor losses = sum(times_classes(-log_probabilities, weight, dim), dim);
  const Tensor smooth = reduced_over_targets(call, without_ignored(losses, classes), weights,
                                             classes, options.reduction);
  const double share = options.label_smoothing / static_cast<double>(x.size(dim));
  return hard * (1 - options.label_smoothing) + smooth * share;
}

kernels::ClassTargets fused_targets(const Tensor& x, const Classes& classes, std::int64_t dim,
                                    const Tensor& weight, double smoothing) {
  kernels::ClassTargets targets;
  targets.index = kernels::as_contiguous(classes.index);
  if (classes.ignored.defined()) {
    targets.ignored = kernels::as_contiguous(classes.ignored);
  }
  if (weight.defined() || smoothing > 0) {
    const Tensor factors = weight.defined() ? kernels::as_contiguous(weight.detach())
                                            : ones({x.size(dim)}, {.dtype = widened_dtype(x)});
    targets.own = (factors * (1 - smoothing)).detach();
    if (smoothing > 0) {
      targets.soft = (factors * (smoothing / static_cast<double>(x.size(dim)))).detach();
    }
  }
  return targets;
}

// What every class counts of every target, in the input's shape.
Tensor wanted_classes(const Tensor& x, std::int64_t dim, const kernels::ClassTargets& targets) {
  const Tensor numbers = along_classes(arange(x.size(dim)), x, dim);
  Tensor wanted =
      times_classes((unsqueeze(targets.index, dim) == numbers).to(x.dtype()), targets.own, dim);
  if (targets.soft.defined()) {
    wanted = wanted + along_classes(targets.soft, x, dim);
  }
  return without_ignored_rows(wanted, targets.ignored, dim);
}

// The losses of the targets in one pass over the logits; float32 for bfloat16.
Tensor fused_entropy(const Call& call, const Tensor& x, const kernels::ClassTargets& targets,
                     std::int64_t dim) {
  const kernels::ClassLosses result =
      kernels::cross_entropy(x, static_cast<std::size_t>(dim), targets);
  return with_backward(
      call, x, result.losses,
      {x, result.exponent, targets.index, targets.ignored, targets.own, targets.soft},
      [dim](const Backward& b) {
        const Tensor logits = b.saved(0);
        const kernels::ClassTargets classes{
            .index = b.saved(2), .ignored = b.saved(3), .own = b.saved(4), .soft = b.saved(5)};
        if (!b.recorded()) {
          const auto d = static_cast<std::size_t>(dim);
          return kernels::cross_entropy_grad(b.grad, logits, b.saved(1), d, classes);
        }
        const Tensor wide = widened(logits);
        const Tensor wanted = wanted_classes(wide, dim, classes);
        const Tensor all = sum(wanted, dim, true);
        const auto counted = [&](const Tensor& rows) {
          return without_ignored_rows(rows, classes.ignored, dim);
        };
        const Tensor gradient =
            counted(unsqueeze(b.grad, dim)) * (softmax(counted(wide), dim) * all - wanted);
        return gradient.to(logits.dtype());
      });
}

}  // namespace

Tensor cross_entropy(const Tensor& input, const Tensor& target,
                     const CrossEntropyLossOptions& options, Where where) {
  const Call call("cross_entropy", where, Cast::upcast, input, target, options);
  const auto [x, t, given_weight] =
      call.inputs({{"input", input, floating},
                   {"target", target},
                   {"weight", options.weight, optional | like_first}});
  const std::int64_t dim = class_dim(call, input, target);
  check_class_weight(call, options.weight, input, dim);
  const double smoothing = options.label_smoothing;
  require(call, smoothing >= 0 && smoothing <= 1, "label_smoothing", smoothing, "in [0, 1]");
  const Tensor weight = widened(given_weight);
  if (is_floating(target.dtype())) {
    check::same_dtype(call, "input", x, "target", t);
    check::require<ShapeError>(call, target.shape() == input.shape(),
                               {{"input", input}, {"target", target}},
                               "a floating target holds probabilities and needs the input's shape; "
                               "classes are int64 [shapes-differ]");
    const Tensor losses =
        entropy_of_probabilities(call, widened(x), widened(t), dim, weight, options);
    return call.result(losses.to(x.dtype()));
  }
  const Classes classes = check_classes(call, input, target, dim, options.ignore_index);
  Tensor loss;
  if (weight.defined() && weight.requires_grad() && grad_enabled()) {
    loss = composed_entropy(call, widened(x), classes, dim, weight, options);
  } else {
    loss = fused_entropy(call, x, fused_targets(x, classes, dim, weight, smoothing), dim);
    loss = reduced_over_targets(call, loss, target_weights(weight, classes), classes,
                                options.reduction);
  }
  return call.result(loss.to(x.dtype()));
}

}  // namespace retrograd
