#include <retrograd/ops/loss_classification.h>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/classes.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

using loss::Classes;

Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossOptions& options,
                Where where) {
  if (autocast::widens(input, target, options.weight)) {
    return nll_loss(widened(input, where), widened(target, where),
                    loss::widened_weights(options, where), where);
  }
  const char* const op = "nll_loss";
  const std::size_t dim = loss::class_dim(op, input, target, where);
  loss::check_class_weight(op, options.weight, input, dim, where);
  const Classes classes = loss::check_classes(op, input, target, dim, options.ignore_index, where);
  const Tensor weights = loss::target_weights(widened(options.weight, where), classes, where);
  return loss::nll(op, input, classes, dim, weights, options.reduction, where)
      .to(input.dtype(), where);
}

Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossOptions& options, Where where) {
  if (autocast::widens(input, target, options.weight)) {
    return multi_margin_loss(widened(input, where), widened(target, where),
                             loss::widened_weights(options, where), where);
  }
  const char* const op = "multi_margin_loss";
  const std::size_t dim = loss::class_dim(op, input, target, where);
  if (input.dim() > 2) {
    fail<ShapeError>(op, where, "needs an input (N, C) or (C)", {{"input", input}});
  }
  loss::check_class_weight(op, options.weight, input, dim, where);
  loss::require(op, options.p == 1 || options.p == 2, "p", static_cast<double>(options.p), "1 or 2",
                where);
  loss::require(op, options.margin == options.margin, "margin", options.margin, "a number", where);
  const Classes classes = loss::check_classes(op, input, target, dim, {}, where);
  const auto d = static_cast<std::int64_t>(dim);
  const Tensor x = widened(input, where);
  const Tensor index = unsqueeze(target, d, where);
  const Tensor excess = add(sub(x, gather(x, d, index, where), where), options.margin, where);
  // The target's own excess may be inf - inf, and is nothing to square.
  const Tensor others = ne(index, arange(input.shape()[dim]), where);
  Tensor hinges = relu(retrograd::where(others, excess, 0, where), where);
  hinges = options.p == 2 ? square(hinges, where) : hinges;
  Tensor losses = mean(hinges, d, false, where);
  if (options.weight.defined()) {
    losses =
        mul(losses, loss::target_weights(widened(options.weight, where), classes, where), where);
  }
  return loss::reduced(op, losses, options.reduction, input.dtype(), where);
}

}  // namespace retrograd
