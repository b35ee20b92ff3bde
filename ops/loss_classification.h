/// @file
/// Losses of classes and probabilities. They return the mean by default, and the loss of bfloat16
/// is computed in float32.
#pragma once

#include <cstdint>

#include <retrograd/ops/loss.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of nll_loss().
struct NLLLossOptions {
  Tensor weight = {};                ///< Factor of each class, (C); 1 by default.
  std::int64_t ignore_index = -100;  ///< Class of targets that have no loss.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of cross_entropy().
struct CrossEntropyLossOptions {
  Tensor weight = {};                ///< Factor of each class, (C); 1 by default.
  std::int64_t ignore_index = -100;  ///< Class of targets that have no loss.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
  double label_smoothing = 0;  ///< Share of the target that is spread over all classes, in [0, 1].
};

/// Options of binary_cross_entropy() and multilabel_soft_margin_loss().
struct BCELossOptions {
  Tensor weight = {};  ///< Factor of each element, which broadcasts to the input; 1 by default.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of binary_cross_entropy_with_logits().
struct BCEWithLogitsLossOptions {
  Tensor weight = {};  ///< Factor of each element, which broadcasts to the input; 1 by default.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
  /// Factor of the positive part, which broadcasts to the input; 1 by default.
  Tensor pos_weight = {};
};

/// Options of kl_div().
struct KLDivLossOptions {
  /// Reduction of the elements; `batchmean` is the divergence by its definition.
  Reduction reduction = Reduction::mean;
  bool log_target = false;  ///< Whether the target holds logarithms too.
};

/// Options of multi_margin_loss().
struct MultiMarginLossOptions {
  std::int64_t p = 1;   ///< Exponent, 1 or 2.
  double margin = 1.0;  ///< Difference of the scores from which the loss is 0.
  Tensor weight = {};   ///< Factor of each class, (C); 1 by default.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
};

/// Options of ctc_loss().
struct CTCLossOptions {
  std::int64_t blank = 0;  ///< Class between labels.
  /// Reduction of the elements of the loss; their mean by default.
  Reduction reduction = Reduction::mean;
  bool zero_infinity = false;  ///< Whether an infinite loss of a sample counts as 0.
};

/// Returns `-weight[t] input[n, t, ...]` with `t = target[n, ...]`. The mean divides the sum by the
/// weights of all targets that are not ignored. It is NaN if all are ignored.
///
/// - `input`: log-probabilities, (N, C, ...) or (C)
/// - `target`: int64 classes, (N, ...) or ()
///
/// @code
/// const rg::Tensor log_p = rg::log_softmax(rg::zeros({1, 2}), 1);
/// rg::nll_loss(log_p, rg::tensor({0}));  // 0.69315
/// @endcode
/// @throws IndexError if a class is out of range.
/// @throws ShapeError if the shapes do not fit.
/// @throws DTypeError if `input` is not floating, or `target` is not int64.
RETROGRAD_API Tensor nll_loss(const Tensor& input, const Tensor& target,
                              const NLLLossOptions& options = {}, Where where = {});

/// Returns the cross entropy of logits: nll_loss() of log_softmax() over the classes.
///
/// - `input`: logits, (N, C, ...) or (C)
/// - `target`: int64 classes, (N, ...) or (), or floating probabilities of all classes in the shape
///   of `input`
///
/// With probabilities, no target is ignored, and the mean divides by the number of samples.
/// @code rg::cross_entropy(rg::zeros({1, 2}), rg::tensor({0}));  // 0.69315 @endcode
/// @throws IndexError if a class is out of range.
/// @throws ShapeError if the shapes do not fit.
/// @throws DTypeError if `input` is not floating, or `target` has another dtype.
/// @throws ValueError if `label_smoothing` is outside [0, 1].
RETROGRAD_API Tensor cross_entropy(const Tensor& input, const Tensor& target,
                                   const CrossEntropyLossOptions& options = {}, Where where = {});

/// Returns `-(target log(input) + (1 - target) log(1 - input))` of probabilities. Logarithms below
/// -100 count as -100.
/// @code rg::binary_cross_entropy(rg::tensor({0.5}), rg::tensor({1.0}));  // 0.69315 @endcode
/// @throws ShapeError if the shapes differ, or `weight` does not broadcast.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
/// @throws ValueError if an input is outside [0, 1].
RETROGRAD_API Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                                          const BCELossOptions& options = {}, Where where = {});

/// Returns binary_cross_entropy() of `sigmoid(input)`, without overflow.
/// @code
/// rg::binary_cross_entropy_with_logits(rg::tensor({0.0}), rg::tensor({1.0}));  // 0.69315
/// @endcode
/// @throws ShapeError if the shapes differ, or a weight does not broadcast.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                                      const BCEWithLogitsLossOptions& options = {},
                                                      Where where = {});

/// Returns the Kullback-Leibler divergence `target (log(target) - input)`, where `input` holds
/// logarithms. `0 log(0)` counts as 0 and has gradient 0. With `log_target`, returns
/// `exp(target) (target - input)`.
/// @code
/// const rg::Tensor half = rg::tensor({0.5, 0.5});
/// rg::kl_div(rg::log(half), half, {.reduction = rg::Reduction::sum});  // 0
/// @endcode
/// @throws ShapeError if the shapes differ.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor kl_div(const Tensor& input, const Tensor& target,
                            KLDivLossOptions options = {}, Where where = {});

/// Returns `log(1 + exp(-target input))`, for targets 1 and -1.
/// @code rg::soft_margin_loss(rg::tensor({0.0}), rg::tensor({1.0}));  // 0.69315 @endcode
/// @throws ShapeError if the shapes differ.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                                      LossOptions options = {}, Where where = {});

/// Returns the sum over the wrong classes i of `weight[t] max(0, margin - input[t] + input[i])^p`,
/// divided by the number of classes. The gradient at the kink is 0.
///
/// - `input`: scores, (N, C) or (C)
/// - `target`: int64 classes, (N) or ()
///
/// @code rg::multi_margin_loss(rg::tensor({{0.0, 0.5}}), rg::tensor({1}));  // 0.25 @endcode
/// @throws IndexError if a class is out of range.
/// @throws ShapeError if the shapes do not fit.
/// @throws DTypeError if `input` is not floating, or `target` is not int64.
/// @throws ValueError if `p` is neither 1 nor 2, or `margin` is NaN.
RETROGRAD_API Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                                       const MultiMarginLossOptions& options = {},
                                       Where where = {});

/// Returns the mean over the last dimension, the classes, of binary_cross_entropy_with_logits().
/// @code rg::multilabel_soft_margin_loss(rg::zeros({1, 2}), rg::ones({1, 2}));  // 0.69315 @endcode
/// @throws ShapeError if the shapes differ, or `weight` does not broadcast.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                                 const BCELossOptions& options = {},
                                                 Where where = {});

/// Returns the connectionist temporal classification loss (Graves et al., 2006). It is minus the
/// logarithm of the probability of target n in the first `input_lengths[n]` times, over all its
/// alignments. A target without an alignment has loss inf and gradient 0.
///
/// - `log_probs`: (T, N, C) or (T, C)
/// - `targets`: int64 labels without the blank, padded (N, S), or all targets in a row (S)
/// - `input_lengths`, `target_lengths`: int64 (N), or () for one sample
///
/// The mean first divides each loss by the length of its target, or by 1 if that is 0. The gradient
/// of `log_probs[t, n, k]` is minus the posterior probability of k at t. PyTorch adds
/// `exp(log_probs)`, which has no effect after log_softmax().
/// @code
/// const rg::Tensor log_p = rg::log_softmax(rg::zeros({3, 1, 2}), 2);
/// rg::ctc_loss(log_p, rg::tensor({{1}}), rg::tensor({3}), rg::tensor({1}));  // 0.28768
/// @endcode
/// @throws IndexError if a label is not a class.
/// @throws ShapeError if the shapes do not fit.
/// @throws DTypeError if `log_probs` is not floating, or another tensor is not int64.
/// @throws ValueError if a target holds the blank, or a length or `blank` is out of range.
RETROGRAD_API Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets,
                              const Tensor& input_lengths, const Tensor& target_lengths,
                              const CTCLossOptions& options = {}, Where where = {});

/// Former name of CrossEntropyLossOptions.
using CrossEntropyOptions [[deprecated("CrossEntropyLossOptions")]] = CrossEntropyLossOptions;
/// Former name of BCELossOptions.
using BCEOptions [[deprecated("BCELossOptions")]] = BCELossOptions;
/// Former name of BCEWithLogitsLossOptions.
using BCEWithLogitsOptions [[deprecated("BCEWithLogitsLossOptions")]] = BCEWithLogitsLossOptions;
/// Former name of KLDivLossOptions.
using KLDivOptions [[deprecated("KLDivLossOptions")]] = KLDivLossOptions;

}  // namespace retrograd
