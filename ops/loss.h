// Losses. All take the prediction first, then the target, and are reduced by the mean unless told
// otherwise.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

enum class Reduction : std::uint8_t { none, mean, sum };

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

// (input - target)^2; the shapes must be equal.
RETROGRAD_API Tensor mse_loss(const Tensor& input, const Tensor& target, LossOptions options = {},
                              Where where = {});
// -input[n, target[n], ...]: input (N, C, ...) or (C) holds log-probabilities, target (N, ...) or
// () the classes as int64. Throws IndexError for a class out of range.
RETROGRAD_API Tensor nll_loss(const Tensor& input, const Tensor& target, LossOptions options = {},
                              Where where = {});
// nll_loss of log_softmax over the classes: input (N, C, ...) or (C) holds logits.
RETROGRAD_API Tensor cross_entropy(const Tensor& input, const Tensor& target,
                                   LossOptions options = {}, Where where = {});
// -(target log sigmoid(input) + (1 - target) log(1 - sigmoid(input))); the shapes must be equal.
RETROGRAD_API Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                                      LossOptions options = {}, Where where = {});

}  // namespace retrograd
