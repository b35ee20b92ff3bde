#include <retrograd/ops/detail/classes.h>

#include <string>
#include <tuple>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::loss {

std::size_t class_dim(const char* op, const Tensor& input, const Tensor& target, Where where) {
  check::floating(op, input, where);
  check::defined(op, "target", target, where);
  if (input.dim() == 0) {
    fail<ShapeError>(op, where, "input needs a dimension of classes",
                     {{"input", input}, {"target", target}});
  }
  return input.dim() == 1 ? 0 : 1;
}

void check_class_weight(const char* op, const Tensor& weight, const Tensor& input, std::size_t dim,
                        Where where) {
  if (weight.defined()) {
    check::same_dtype(op, "input", input, "weight", weight, where);
    if (weight.shape() != Shape{input.shape()[dim]}) {
      fail<ShapeError>(op, where,
                       "weight must have one element for each of the " +
                           std::to_string(input.shape()[dim]) + " classes",
                       {{"input", input}, {"weight", weight}});
    }
  }
}

Classes check_classes(const char* op, const Tensor& input, const Tensor& target, std::size_t dim,
                      std::optional<std::int64_t> ignore_index, Where where) {
  check::dtype(op, "target", target, int64, where);
  Shape expected = input.shape();
  expected.erase(dim);
  if (target.shape() != expected) {
    fail<ShapeError>(op, where,
                     "target must have shape " + to_string(expected) +
                         ", the input's without its dimension of classes",
                     {{"input", input}, {"target", target}});
  }
  Classes classes{.index = target, .ignored = {}, .count = target.numel()};
  if (target.numel() == 0) {
    return classes;
  }
  const std::int64_t length = input.shape()[dim];
  auto [low, high] = kernels::index_range(target);
  if (ignore_index && low <= *ignore_index && *ignore_index <= high) {
    const Tensor ignored = eq(target, *ignore_index);
    const std::int64_t count = sum(ignored).item<std::int64_t>();
    if (count > 0) {
      classes = {.index = retrograd::where(ignored, 0, target),
                 .ignored = ignored,
                 .count = target.numel() - count};
      std::tie(low, high) = kernels::index_range(classes.index);
    }
  }
  if (low < 0 || high >= length) {
    fail<IndexError>(op, where,
                     "target holds class " + std::to_string(low < 0 ? low : high) +
                         " but the input has " + std::to_string(length) + " classes",
                     {{"input", input}, {"target", target}});
  }
  return classes;
}

Tensor without_ignored(const Tensor& losses, const Classes& classes, Where where) {
  return classes.ignored.defined() ? retrograd::where(classes.ignored, 0, losses, where) : losses;
}

Tensor target_weights(const Tensor& weight, const Classes& classes, Where where) {
  if (!weight.defined()) {
    return {};
  }
  const Tensor chosen = gather(weight, 0, flatten(classes.index, 0, -1, where), where);
  return without_ignored(reshape(chosen, classes.index.shape(), where), classes, where);
}

Tensor reduced_over_targets(const char* op, const Tensor& losses, const Tensor& weights,
                            const Classes& classes, Reduction reduction, Where where) {
  if (reduction != Reduction::mean) {
    return reduced(op, losses, reduction, losses.dtype(), where);
  }
  const Tensor total = sum(losses, {}, false, where);
  return weights.defined() ? div(total, sum(weights, {}, false, where), where)
                           : div(total, static_cast<double>(classes.count), where);
}

Tensor nll(const char* op, const Tensor& log_probabilities, const Classes& classes, std::size_t dim,
           const Tensor& weights, Reduction reduction, Where where) {
  const auto d = static_cast<std::int64_t>(dim);
  const Tensor index = unsqueeze(classes.index, d, where);
  const Tensor chosen =
      widened(squeeze(gather(log_probabilities, d, index, where), d, where), where);
  Tensor losses = without_ignored(neg(chosen, where), classes, where);
  if (weights.defined()) {
    losses = mul(losses, weights, where);
  }
  return reduced_over_targets(op, losses, weights, classes, reduction, where);
}

}  // namespace retrograd::loss
