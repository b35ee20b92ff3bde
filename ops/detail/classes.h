// Losses whose targets are classes. Internal.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/autograd/call.h>
#include <retrograd/ops/loss.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::loss {

// The dimension of the classes.
std::int64_t class_dim(const Frame& call, const Tensor& input, const Tensor& target);

// Throws ShapeError unless weight is undefined or has an element for each class.
void check_class_weight(const Frame& call, const Tensor& weight, const Tensor& input,
                        std::int64_t dim);

// What the targets are, once they are known to be in range.
struct Classes {
  Tensor index;            // the target, with class 0 in place of ignored ones
  Tensor ignored;          // boolean; undefined when none is
  std::int64_t count = 0;  // of those not ignored
};

// Throws unless all targets that are not ignored are classes of the input.
Classes check_classes(const Frame& call, const Tensor& input, const Tensor& target,
                      std::int64_t dim, std::optional<std::int64_t> ignore_index);

// losses with 0 for ignored targets.
Tensor without_ignored(const Tensor& losses, const Classes& classes);

// The weight of each target; undefined without weights.
Tensor target_weights(const Tensor& weight, const Classes& classes);

// Losses in which those of ignored targets are 0 and weights are factors. The mean divides by the
// weights of the targets.
Tensor reduced_over_targets(const Call& call, const Tensor& losses, const Tensor& weights,
                            const Classes& classes, Reduction reduction);

// The negative log probabilities of the targets.
Tensor nll(const Call& call, const Tensor& log_probabilities, const Classes& classes,
           std::int64_t dim, const Tensor& weights, Reduction reduction);

}  // namespace retrograd::loss
