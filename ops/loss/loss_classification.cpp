#include <retrograd/ops/loss_classification.h>

#include <retrograd/ops/detail/classes.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

using namespace loss;

Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossOptions& options,
                Where where) {
  const Call call("nll_loss", where, Cast::upcast, input, target, options);
  const auto [x, t, weight] = call.inputs({{"input", input, floating},
                                           {"target", target, uncast},
                                           {"weight", options.weight, optional | like_first}});
  const std::int64_t dim = class_dim(call, input, t);
  check_class_weight(call, options.weight, input, dim);
  const Classes classes = check_classes(call, input, t, dim, options.ignore_index);
  const Tensor weights = target_weights(widened(weight), classes);
  const Tensor losses = nll(call, x, classes, dim, weights, options.reduction);
  return call.result(losses.to(x.dtype()));
}

Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossOptions& options, Where where) {
  const Call call("multi_margin_loss", where, Cast::wide, input, target, options);
  const auto [x, t, weight] = call.inputs({{"input", input, floating},
                                           {"target", target, uncast},
                                           {"weight", options.weight, optional | like_first}});
  const std::int64_t dim = class_dim(call, input, t);
  check::require<ShapeError>(call, input.dim() <= 2, {{"input", input}},
                             "needs an input (N, C) or (C) [rank-unexpected]");
  check_class_weight(call, options.weight, input, dim);
  require(call, options.p == 1 || options.p == 2, "p", static_cast<double>(options.p), "1 or 2");
  require_number(call, "margin", options.margin);
  const Classes classes = check_classes(call, input, t, dim, {});
  const Tensor index = unsqueeze(t, dim);
  const Tensor excess = x - gather(x, dim, index) + options.margin;
  // The target's own excess may be inf - inf, and is nothing to square.
  const Tensor others = index != arange(input.size(dim));
  const Tensor hinges = relu(retrograd::where(others, excess, 0));
  const Tensor losses = mean(options.p == 2 ? square(hinges) : hinges, dim);
  return reduced(call, weighted(losses, target_weights(weight, classes)), options.reduction);
}

}  // namespace retrograd
