/// @file
/// Distances between vectors, and losses made of them. Losses return the mean by default.
#pragma once

#include <cstdint>

#include <retrograd/ops/loss.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of hinge_embedding_loss().
struct HingeEmbeddingLossOptions {
  double margin = 1.0;  ///< Distance from which pairs with target -1 have no loss.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of margin_ranking_loss().
struct MarginRankingLossOptions {
  double margin = 0;  ///< Difference of the inputs from which the loss is 0.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of cosine_embedding_loss().
struct CosineEmbeddingLossOptions {
  double margin = 0;  ///< Cosine up to which pairs with target -1 have no loss.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of triplet_margin_loss().
struct TripletMarginLossOptions {
  double margin = 1.0;  ///< Difference of the distances from which the loss is 0.
  double p = 2;         ///< Exponent of the norm, above 0; `INFINITY` too.
  double eps = 1e-6;    ///< Number added to each difference of elements.
  /// Whether the distance from positive to negative replaces that from the anchor, if it is
  /// smaller.
  bool swap = false;
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of cosine_similarity().
struct CosineSimilarityOptions {
  std::int64_t dim = 1;  ///< Dimension of the vectors; -1 is the last.
  double eps = 1e-8;     ///< Least length of a vector, above 0; shorter vectors count as this long.
};

/// Options of pairwise_distance().
struct PairwiseDistanceOptions {
  double p = 2;          ///< Exponent of the norm, above 0; `INFINITY` too.
  double eps = 1e-6;     ///< Number added to each difference of elements.
  bool keepdim = false;  ///< Whether the reduced dimension is kept, with length 1.
};

/// Returns the cosine of the angle between vectors along `dim`:
/// `dot(x1, x2) / (max(norm(x1), eps) max(norm(x2), eps))`. `x1` and `x2` broadcast.
/// @code
/// rg::cosine_similarity(rg::tensor({{3.0, 4.0}}), rg::tensor({{1.0, 0.0}}));  // [0.6]
/// @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws IndexError if `dim` is out of range.
/// @throws DTypeError if `x1` is not floating, or the dtypes differ.
/// @throws ValueError if `eps` is not above 0.
RETROGRAD_API Tensor cosine_similarity(const Tensor& x1, const Tensor& x2,
                                       CosineSimilarityOptions options = {}, Where where = {});

/// Returns the p-norm of `x1 - x2 + eps` along the last dimension. `x1` and `x2` broadcast. The
/// gradient at distance 0 is 0.
/// @code rg::pairwise_distance(rg::tensor({3.0, 4.0}), rg::tensor({0.0, 0.0}));  // 5 @endcode
/// @throws ShapeError if the shapes do not broadcast, or have no dimension.
/// @throws DTypeError if `x1` is not floating, or the dtypes differ.
/// @throws ValueError if `p` is not above 0.
RETROGRAD_API Tensor pairwise_distance(const Tensor& x1, const Tensor& x2,
                                       PairwiseDistanceOptions options = {}, Where where = {});

/// Returns the input where the target is 1, and `max(0, margin - input)` where it is -1. The
/// gradient passes at the kink, as in PyTorch.
/// @code
/// rg::hinge_embedding_loss(rg::tensor({0.5, 0.25}), rg::tensor({1.0, -1.0}));  // 0.625
/// @endcode
/// @throws ShapeError if the shapes differ.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
/// @throws ValueError if `margin` is NaN.
RETROGRAD_API Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                                          HingeEmbeddingLossOptions options = {}, Where where = {});

/// Returns `max(0, -target (input1 - input2) + margin)`. A target 1 asks for the larger `input1`,
/// and a target -1 for the larger `input2`. All three broadcast. The gradient passes at the kink,
/// as in PyTorch.
/// @code
/// rg::margin_ranking_loss(rg::tensor({2.0}), rg::tensor({3.0}), rg::tensor({1.0}));  // 1
/// @endcode
/// @throws ShapeError if the shapes do not broadcast.
/// @throws DTypeError if `input1` is not floating, or the dtypes differ.
/// @throws ValueError if `margin` is NaN.
RETROGRAD_API Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2,
                                         const Tensor& target,
                                         MarginRankingLossOptions options = {}, Where where = {});

/// Returns `1 - cos` where the target is 1, and `max(0, cos - margin)` where it is -1. The gradient
/// passes at the kink, as in PyTorch.
///
/// - `input1`, `input2`: (N, D) or (D)
/// - `target`: (N) or ()
///
/// @code
/// const rg::Tensor x = rg::tensor({3.0, 4.0});
/// rg::cosine_embedding_loss(x, rg::tensor({1.0, 0.0}), rg::tensor(1.0));  // 0.4
/// @endcode
/// @throws ShapeError if the shapes do not fit.
/// @throws DTypeError if `input1` is not floating, or the dtypes differ.
/// @throws ValueError if `margin` is NaN.
RETROGRAD_API Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2,
                                           const Tensor& target,
                                           CosineEmbeddingLossOptions options = {},
                                           Where where = {});

/// Returns `max(0, margin + d(anchor, positive) - d(anchor, negative))`, where d is
/// pairwise_distance(). The three tensors broadcast. The gradient passes at the kink, as in
/// PyTorch.
/// @code
/// const rg::Tensor anchor = rg::zeros({1, 2});
/// rg::triplet_margin_loss(anchor, rg::ones({1, 2}), rg::ones({1, 2}));  // 1
/// @endcode
/// @throws ShapeError if the shapes do not broadcast, or have no dimension.
/// @throws DTypeError if `anchor` is not floating, or the dtypes differ.
/// @throws ValueError if `p` is not above 0, or `margin` is NaN.
RETROGRAD_API Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         TripletMarginLossOptions options = {}, Where where = {});

}  // namespace retrograd
