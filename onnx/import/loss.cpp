// Losses, in files that were written with one.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

Reduction reduction_of(const NodeCall& call) {
  const std::string name = call.text("reduction", "mean");
  return name == "none" ? Reduction::none : name == "sum" ? Reduction::sum : Reduction::mean;
}

Tensor loss_of(const NodeCall& call, const Tensor& log_p) {
  // No class is below 0, so this one ignores none.
  return nll_loss(log_p, call.in(1),
                  {.weight = call.optional(2),
                   .ignore_index = call.integer("ignore_index", -100),
                   .reduction = reduction_of(call)});
}

Outputs negative_log_likelihood(NodeCall& call) {
  return {loss_of(call, call.in(0))};
}

Outputs softmax_cross_entropy(NodeCall& call) {
  const Tensor log_p = log_softmax(call.in(0), 1);
  return {loss_of(call, log_p), log_p};
}

constexpr Importer importers[] = {
    {"NegativeLogLikelihoodLoss", negative_log_likelihood},
    {"SoftmaxCrossEntropyLoss", softmax_cross_entropy},
};

}  // namespace

std::span<const Importer> loss_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
