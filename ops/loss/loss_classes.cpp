#include <retrograd/ops/detail/classes.h>
#include <retrograd/ops/internal/operator.h>

#include <tuple>

#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/loss.h>

namespace retrograd::loss {

std::int64_t class_dim(const Frame& call, const Tensor& input, const Tensor& target) {
  check::require<ShapeError>(call, input.dim() > 0, {{"input", input}, {"target", target}},
                             "input needs a dimension of classes [rank-unexpected]");
  return input.dim() == 1 ? 0 : 1;
}

void check_class_weight(const Frame& call, const Tensor& weight, const Tensor& input,
                        std::int64_t dim) {
  const std::int64_t classes = input.size(dim);
  check::require<ShapeError>(
      call, !weight.defined() || weight.shape() == Shape{classes},
      {{"input", input}, {"weight", weight}},
      "weight must have one element for each of the {} classes [classes-differ]", classes);
}

Classes check_classes(const Frame& call, const Tensor& input, const Tensor& target,
                      std::int64_t dim, std::optional<std::int64_t> ignore_index) {
  check::dtype(call, "target", target, int64);
  Shape expected = input.shape();
  expected.erase(static_cast<std::size_t>(dim));
  check::require<ShapeError>(
      call, target.shape() == expected, {{"input", input}, {"target", target}},
      "target must have shape {}, the input's without its dimension of classes [shape-unexpected]",
      expected);
  Classes classes{.index = target, .ignored = {}, .count = target.numel()};
  if (target.numel() == 0) {
    return classes;
  }
  const std::int64_t length = input.size(dim);
  auto [low, high] = kernels::index_range(target);
  if (ignore_index && low <= *ignore_index && *ignore_index <= high) {
    const Tensor ignored = target == *ignore_index;
    const std::int64_t count = sum(ignored).item<std::int64_t>();
    if (count > 0) {
      classes = {
          .index = where(ignored, 0, target), .ignored = ignored, .count = target.numel() - count};
      std::tie(low, high) = kernels::index_range(classes.index);
    }
  }
  check::require<IndexError>(
      call, low >= 0 && high < length, {{"input", input}, {"target", target}},
      "target holds class {} but the input has {} classes [class-out-of-range]",
      low < 0 ? low : high, length);
  return classes;
}

Tensor without_ignored(const Tensor& losses, const Classes& classes) {
  return classes.ignored.defined() ? where(classes.ignored, 0, losses) : losses;
}

Tensor target_weights(const Tensor& weight, const Classes& classes) {
  if (!weight.defined()) {
    return {};
  }
  const Tensor chosen = gather(weight, 0, flatten(classes.index));
  return without_ignored(reshape(chosen, classes.index.shape()), classes);
}

Tensor reduced_over_targets(const Call& call, const Tensor& losses, const Tensor& weights,
                            const Classes& classes, Reduction reduction) {
  if (reduction != Reduction::mean) {
    return reduced(call, losses, reduction);
  }
  const Tensor total = sum(losses);
  return weights.defined() ? total / sum(weights) : total / static_cast<double>(classes.count);
}

Tensor nll(const Call& call, const Tensor& log_probabilities, const Classes& classes,
           std::int64_t dim, const Tensor& weights, Reduction reduction) {
  const Tensor index = unsqueeze(classes.index, dim);
  const Tensor chosen = widened(squeeze(gather(log_probabilities, dim, index), dim));
  const Tensor losses = weighted(without_ignored(-chosen, classes), weights);
  return reduced_over_targets(call, losses, weights, classes, reduction);
}

}  // namespace retrograd::loss
