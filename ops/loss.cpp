#include <retrograd/ops/loss.h>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/ops/softmax.h>

namespace retrograd {

namespace {

Tensor reduce(const Tensor& losses, LossOptions options, Where where) {
  switch (options.reduction) {
    case Reduction::none: return losses;
    case Reduction::sum: return sum(losses, {}, false, where);
    case Reduction::mean: break;
  }
  return mean(losses, {}, false, where);
}

void check_pair(const char* op, const Tensor& input, const Tensor& target, Where where) {
  check::floating(op, input, where);
  check::defined(op, "target", target, where);
  check::same_dtype(op, "input", input, "target", target, where);
  check::same_shape(op, "input", input, "target", target, where);
}

// Shapes and classes of nll_loss; gives the dimension of the classes.
std::int64_t check_classes(const char* op, const Tensor& input, const Tensor& target, Where where) {
  check::floating(op, input, where);
  check::dtype(op, "target", target, int64, where);
  if (input.dim() == 0) {
    fail<ShapeError>(op, where, "input needs a dimension of classes",
                     {{"input", input}, {"target", target}});
  }
  const std::size_t dim = input.dim() == 1 ? 0 : 1;
  Shape expected = input.shape();
  expected.erase(dim);
  if (target.shape() != expected) {
    fail<ShapeError>(op, where,
                     "target must have shape " + to_string(expected) +
                         ", the input's without its dimension of classes",
                     {{"input", input}, {"target", target}});
  }
  if (target.numel() > 0) {
    const auto [low, high] = kernels::index_range(target);
    const std::int64_t classes = input.shape()[dim];
    if (low < 0 || high >= classes) {
      fail<IndexError>(op, where,
                       "target holds class " + std::to_string(low < 0 ? low : high) +
                           " but the input has " + std::to_string(classes) + " classes",
                       {{"input", input}, {"target", target}});
    }
  }
  return static_cast<std::int64_t>(dim);
}

Tensor picked(const Tensor& log_probabilities, const Tensor& target, std::int64_t dim,
              LossOptions options, Where where) {
  const Tensor index = unsqueeze(target, dim, where);
  const Tensor chosen = squeeze(gather(log_probabilities, dim, index, where), dim, where);
  return reduce(neg(chosen, where), options, where);
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options, Where where) {
  check_pair("mse_loss", input, target, where);
  return reduce(square(sub(input, target, where), where), options, where);
}

Tensor nll_loss(const Tensor& input, const Tensor& target, LossOptions options, Where where) {
  const std::int64_t dim = check_classes("nll_loss", input, target, where);
  return picked(input, target, dim, options, where);
}

Tensor cross_entropy(const Tensor& input, const Tensor& target, LossOptions options, Where where) {
  const std::int64_t dim = check_classes("cross_entropy", input, target, where);
  return picked(log_softmax(input, dim, where), target, dim, options, where);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        LossOptions options, Where where) {
  check_pair("binary_cross_entropy_with_logits", input, target, where);
  const Tensor x = input.detach();
  const Tensor t = target.detach();
  // max(x, 0) - x t + log(1 + exp(-|x|)) is the formula with nothing that overflows
  const Tensor losses = (relu(x) - x * t + log1p(exp(-abs(x)))).detach();
  return reduce(record({.op = "binary_cross_entropy_with_logits",
                        .where = where,
                        .output = losses,
                        .inputs = {input, target},
                        .saved = {input, save_if(input.requires_grad(), target)},
                        .backward = [](const Backward& b) -> Gradients {
                          const Tensor x = b.saved(0);
                          return {b.needs(0) ? b.grad * (sigmoid(x) - b.saved(1)) : Tensor(),
                                  b.needs(1) ? -(b.grad * x) : Tensor()};
                        }}),
                options, where);
}

}  // namespace retrograd
