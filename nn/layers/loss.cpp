#include <retrograd/nn/loss.h>

#include <retrograd/ops/internal/loss.h>

namespace retrograd::nn {

using retrograd::loss::require;
using retrograd::loss::require_number;

Tensor Loss::operator()(const Tensor& input, const Tensor& target, Where where) {
  return call(
      {input, target}, [&](const Tensor& first) { return compare(first, target); }, where);
}

Tensor TripleLoss::operator()(const Tensor& a, const Tensor& b, const Tensor& c, Where where) {
  return call(
      {a, b, c}, [&](const Tensor& first) { return compare(first, b, c); }, where);
}

Tensor MSELoss::compare(const Tensor& input, const Tensor& target) {
  return mse_loss(input, target, options_);
}

Tensor L1Loss::compare(const Tensor& input, const Tensor& target) {
  return l1_loss(input, target, options_);
}

SmoothL1Loss::SmoothL1Loss(const SmoothL1LossOptions& options, Where where)
    : LossWith("SmoothL1Loss", options) {
  require(Frame("SmoothL1Loss", where), options.beta >= 0, "beta", options.beta, "at least 0");
}
Tensor SmoothL1Loss::compare(const Tensor& input, const Tensor& target) {
  return smooth_l1_loss(input, target, options_);
}

HuberLoss::HuberLoss(const HuberLossOptions& options, Where where)
    : LossWith("HuberLoss", options) {
  require(Frame("HuberLoss", where), options.delta > 0, "delta", options.delta, "above 0");
}
Tensor HuberLoss::compare(const Tensor& input, const Tensor& target) {
  return huber_loss(input, target, options_);
}

CrossEntropyLoss::CrossEntropyLoss(const CrossEntropyOptions& options, Where where)
    : LossWith("CrossEntropyLoss", options) {
  require(Frame("CrossEntropyLoss", where),
          options.label_smoothing >= 0 && options.label_smoothing <= 1, "label_smoothing",
          options.label_smoothing, "in [0, 1]");
}
Tensor CrossEntropyLoss::compare(const Tensor& input, const Tensor& target) {
  return cross_entropy(input, target, options_);
}

Tensor NLLLoss::compare(const Tensor& input, const Tensor& target) {
  return nll_loss(input, target, options_);
}

Tensor BCELoss::compare(const Tensor& input, const Tensor& target) {
  return binary_cross_entropy(input, target, options_);
}

Tensor BCEWithLogitsLoss::compare(const Tensor& input, const Tensor& target) {
  return binary_cross_entropy_with_logits(input, target, options_);
}

Tensor KLDivLoss::compare(const Tensor& input, const Tensor& target) {
  return kl_div(input, target, options_);
}

PoissonNLLLoss::PoissonNLLLoss(const PoissonNLLLossOptions& options, Where where)
    : LossWith("PoissonNLLLoss", options) {
  require(Frame("PoissonNLLLoss", where), options.eps >= 0, "eps", options.eps, "at least 0");
}
Tensor PoissonNLLLoss::compare(const Tensor& input, const Tensor& target) {
  return poisson_nll_loss(input, target, options_);
}

Tensor SoftMarginLoss::compare(const Tensor& input, const Tensor& target) {
  return soft_margin_loss(input, target, options_);
}

MultiMarginLoss::MultiMarginLoss(const MultiMarginLossOptions& options, Where where)
    : LossWith("MultiMarginLoss", options) {
  const Frame call("MultiMarginLoss", where);
  require(call, options.p == 1 || options.p == 2, "p", static_cast<double>(options.p), "1 or 2");
  require_number(call, "margin", options.margin);
}
Tensor MultiMarginLoss::compare(const Tensor& input, const Tensor& target) {
  return multi_margin_loss(input, target, options_);
}

Tensor MultiLabelSoftMarginLoss::compare(const Tensor& input, const Tensor& target) {
  return multilabel_soft_margin_loss(input, target, options_);
}

HingeEmbeddingLoss::HingeEmbeddingLoss(const HingeEmbeddingLossOptions& options, Where where)
    : LossWith("HingeEmbeddingLoss", options) {
  require_number(Frame("HingeEmbeddingLoss", where), "margin", options.margin);
}
Tensor HingeEmbeddingLoss::compare(const Tensor& input, const Tensor& target) {
  return hinge_embedding_loss(input, target, options_);
}

MarginRankingLoss::MarginRankingLoss(const MarginRankingLossOptions& options, Where where)
    : LossWith("MarginRankingLoss", options) {
  require_number(Frame("MarginRankingLoss", where), "margin", options.margin);
}
Tensor MarginRankingLoss::compare(const Tensor& input1, const Tensor& input2,
                                  const Tensor& target) {
  return margin_ranking_loss(input1, input2, target, options_);
}

CosineEmbeddingLoss::CosineEmbeddingLoss(const CosineEmbeddingLossOptions& options, Where where)
    : LossWith("CosineEmbeddingLoss", options) {
  require_number(Frame("CosineEmbeddingLoss", where), "margin", options.margin);
}
Tensor CosineEmbeddingLoss::compare(const Tensor& input1, const Tensor& input2,
                                    const Tensor& target) {
  return cosine_embedding_loss(input1, input2, target, options_);
}

TripletMarginLoss::TripletMarginLoss(const TripletMarginLossOptions& options, Where where)
    : LossWith("TripletMarginLoss", options) {
  const Frame call("TripletMarginLoss", where);
  require_number(call, "margin", options.margin);
  require(call, options.p > 0, "p", options.p, "above 0");
  require_number(call, "eps", options.eps);
}
Tensor TripletMarginLoss::compare(const Tensor& anchor, const Tensor& positive,
                                  const Tensor& negative) {
  return triplet_margin_loss(anchor, positive, negative, options_);
}

GaussianNLLLoss::GaussianNLLLoss(const GaussianNLLLossOptions& options, Where where)
    : LossWith("GaussianNLLLoss", options) {
  require(Frame("GaussianNLLLoss", where), options.eps > 0, "eps", options.eps, "above 0");
}
Tensor GaussianNLLLoss::compare(const Tensor& input, const Tensor& target, const Tensor& var) {
  return gaussian_nll_loss(input, target, var, options_);
}

}  // namespace retrograd::nn
