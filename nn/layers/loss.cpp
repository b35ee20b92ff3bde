#include <retrograd/nn/loss.h>

#include <cmath>

#include <retrograd/ops/internal/loss.h>

namespace retrograd::nn {

using retrograd::loss::require;

Tensor Loss::operator()(const Tensor& input, const Tensor& target, Where where) {
  return call(
      {input, target}, [&](const Tensor& first) { return compare(first, target, where); }, where);
}

Tensor TripleLoss::operator()(const Tensor& a, const Tensor& b, const Tensor& c, Where where) {
  return call(
      {a, b, c}, [&](const Tensor& first) { return compare(first, b, c, where); }, where);
}

Tensor MSELoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return mse_loss(input, target, options_, where);
}

Tensor L1Loss::compare(const Tensor& input, const Tensor& target, Where where) {
  return l1_loss(input, target, options_, where);
}

SmoothL1Loss::SmoothL1Loss(const SmoothL1LossOptions& options, Where where)
    : LossWith("SmoothL1Loss", options) {
  require("SmoothL1Loss", options.beta >= 0, "beta", options.beta, "at least 0", where);
}
Tensor SmoothL1Loss::compare(const Tensor& input, const Tensor& target, Where where) {
  return smooth_l1_loss(input, target, options_, where);
}

HuberLoss::HuberLoss(const HuberLossOptions& options, Where where)
    : LossWith("HuberLoss", options) {
  require("HuberLoss", options.delta > 0, "delta", options.delta, "above 0", where);
}
Tensor HuberLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return huber_loss(input, target, options_, where);
}

CrossEntropyLoss::CrossEntropyLoss(const CrossEntropyOptions& options, Where where)
    : LossWith("CrossEntropyLoss", options) {
  require("CrossEntropyLoss", options.label_smoothing >= 0 && options.label_smoothing <= 1,
          "label_smoothing", options.label_smoothing, "in [0, 1]", where);
}
Tensor CrossEntropyLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return cross_entropy(input, target, options_, where);
}

Tensor NLLLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return nll_loss(input, target, options_, where);
}

Tensor BCELoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return binary_cross_entropy(input, target, options_, where);
}

Tensor BCEWithLogitsLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return binary_cross_entropy_with_logits(input, target, options_, where);
}

Tensor KLDivLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return kl_div(input, target, options_, where);
}

PoissonNLLLoss::PoissonNLLLoss(const PoissonNLLLossOptions& options, Where where)
    : LossWith("PoissonNLLLoss", options) {
  require("PoissonNLLLoss", options.eps >= 0, "eps", options.eps, "at least 0", where);
}
Tensor PoissonNLLLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return poisson_nll_loss(input, target, options_, where);
}

Tensor SoftMarginLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return soft_margin_loss(input, target, options_, where);
}

MultiMarginLoss::MultiMarginLoss(const MultiMarginLossOptions& options, Where where)
    : LossWith("MultiMarginLoss", options) {
  require("MultiMarginLoss", options.p == 1 || options.p == 2, "p", static_cast<double>(options.p),
          "1 or 2", where);
  require("MultiMarginLoss", !std::isnan(options.margin), "margin", options.margin, "a number",
          where);
}
Tensor MultiMarginLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return multi_margin_loss(input, target, options_, where);
}

Tensor MultiLabelSoftMarginLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return multilabel_soft_margin_loss(input, target, options_, where);
}

HingeEmbeddingLoss::HingeEmbeddingLoss(const HingeEmbeddingLossOptions& options, Where where)
    : LossWith("HingeEmbeddingLoss", options) {
  require("HingeEmbeddingLoss", !std::isnan(options.margin), "margin", options.margin, "a number",
          where);
}
Tensor HingeEmbeddingLoss::compare(const Tensor& input, const Tensor& target, Where where) {
  return hinge_embedding_loss(input, target, options_, where);
}

MarginRankingLoss::MarginRankingLoss(const MarginRankingLossOptions& options, Where where)
    : LossWith("MarginRankingLoss", options) {
  require("MarginRankingLoss", !std::isnan(options.margin), "margin", options.margin, "a number",
          where);
}
Tensor MarginRankingLoss::compare(const Tensor& input1, const Tensor& input2, const Tensor& target,
                                  Where where) {
  return margin_ranking_loss(input1, input2, target, options_, where);
}

CosineEmbeddingLoss::CosineEmbeddingLoss(const CosineEmbeddingLossOptions& options, Where where)
    : LossWith("CosineEmbeddingLoss", options) {
  require("CosineEmbeddingLoss", !std::isnan(options.margin), "margin", options.margin, "a number",
          where);
}
Tensor CosineEmbeddingLoss::compare(const Tensor& input1, const Tensor& input2,
                                    const Tensor& target, Where where) {
  return cosine_embedding_loss(input1, input2, target, options_, where);
}

TripletMarginLoss::TripletMarginLoss(const TripletMarginLossOptions& options, Where where)
    : LossWith("TripletMarginLoss", options) {
  require("TripletMarginLoss", !std::isnan(options.margin), "margin", options.margin, "a number",
          where);
  require("TripletMarginLoss", options.p > 0, "p", options.p, "above 0", where);
  require("TripletMarginLoss", !std::isnan(options.eps), "eps", options.eps, "a number", where);
}
Tensor TripletMarginLoss::compare(const Tensor& anchor, const Tensor& positive,
                                  const Tensor& negative, Where where) {
  return triplet_margin_loss(anchor, positive, negative, options_, where);
}

GaussianNLLLoss::GaussianNLLLoss(const GaussianNLLLossOptions& options, Where where)
    : LossWith("GaussianNLLLoss", options) {
  require("GaussianNLLLoss", options.eps > 0, "eps", options.eps, "above 0", where);
}
Tensor GaussianNLLLoss::compare(const Tensor& input, const Tensor& target, const Tensor& var,
                                Where where) {
  return gaussian_nll_loss(input, target, var, options_, where);
}

}  // namespace retrograd::nn
