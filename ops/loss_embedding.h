/// @file
/// Distances between vectors and the losses made of them. Dtypes must agree; what loss.h says of
/// reductions holds here too.
#pragma once

#include <cstdint>

#include <retrograd/ops/loss.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct HingeEmbeddingLossOptions {
  double margin = 1.0;  ///< By how much the two sides should differ before the loss is 0.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct MarginRankingLossOptions {
  double margin = 0;  ///< By how much the two sides should differ before the loss is 0.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct CosineEmbeddingLossOptions {
  double margin = 0;  ///< By how much the two sides should differ before the loss is 0.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct TripletMarginLossOptions {
  double margin = 1.0;  ///< By how much the two sides should differ before the loss is 0.
  double p = 2;         ///< Of the norm; above 0, INFINITY too.
  double eps = 1e-6;    ///< Added to each difference, as pairwise_distance does.
  bool swap = false;    ///< Take the positive's distance to the negative where it is smaller.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct CosineSimilarityOptions {
  std::int64_t dim = 1;  ///< Dimension to work along; -1 is the last.
  double eps = 1e-8;     ///< Shorter vectors count as this long; above 0.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct PairwiseDistanceOptions {
  double p = 2;          ///< Of the norm; above 0, INFINITY too.
  double eps = 1e-6;     ///< Added to a denominator, so that it is not 0. Added to each difference.
  bool keepdim = false;  ///< Keeps reduced dimensions, with length 1.
};

/// The cosine of the angle between vectors along `dim`; x1 and x2 broadcast. Vectors shorter than
/// eps are divided by it.
RETROGRAD_API Tensor cosine_similarity(const Tensor& x1, const Tensor& x2,
                                       CosineSimilarityOptions options = {}, Where where = {});
/// The p-norm of x1 - x2 + eps along the last dimension; x1 and x2 broadcast. Gradient 0 at 0.
RETROGRAD_API Tensor pairwise_distance(const Tensor& x1, const Tensor& x2,
                                       PairwiseDistanceOptions options = {}, Where where = {});

/// The input where the target is 1, max(0, margin - input) where it is -1; shapes must be equal.
/// The gradient passes at the kink, as in PyTorch.
RETROGRAD_API Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                                          HingeEmbeddingLossOptions options = {}, Where where = {});
/// max(0, -target (input1 - input2) + margin): the target is 1 where the first should be larger, -1
/// where the second should. All three broadcast. The gradient passes at the kink, as in PyTorch.
RETROGRAD_API Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2,
                                         const Tensor& target,
                                         MarginRankingLossOptions options = {}, Where where = {});
/// 1 - cos where the target is 1, max(0, cos - margin) where it is -1: inputs (N, D) or (D), target
/// (N) or (). The gradient passes at the kink, as in PyTorch.
RETROGRAD_API Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2,
                                           const Tensor& target,
                                           CosineEmbeddingLossOptions options = {},
                                           Where where = {});
/// max(0, margin + d(anchor, positive) - d(anchor, negative)) with d = pairwise_distance; the three
/// broadcast. The gradient passes at the kink, as in PyTorch.
RETROGRAD_API Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         TripletMarginLossOptions options = {}, Where where = {});

}  // namespace retrograd
