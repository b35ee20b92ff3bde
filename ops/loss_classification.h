/// @file
/// Losses of classes and probabilities. What loss.h says of shapes, dtypes and reductions holds
/// here too.
#pragma once

#include <cstdint>

#include <retrograd/ops/loss.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct NLLLossOptions {
  /// The weight, which is multiplied with the input; among a loss's options a factor for each class
  /// or element. (C): a factor for each class.
  Tensor weight = {};
  std::int64_t ignore_index = -100;  ///< Targets of this class have no loss.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct CrossEntropyLossOptions {
  /// The weight, which is multiplied with the input; among a loss's options a factor for each class
  /// or element. (C): a factor for each class.
  Tensor weight = {};
  std::int64_t ignore_index = -100;  ///< Targets of this class have no loss.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
  double label_smoothing = 0;  ///< In [0, 1]: how much of the target is spread over all classes.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct BCELossOptions {
  Tensor weight = {};  ///< A factor for each element, broadcast to the input's shape.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct BCEWithLogitsLossOptions {
  Tensor weight = {};  ///< A factor for each element, broadcast to the input's shape.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
  Tensor pos_weight = {};  ///< A factor for the positive part, broadcast to the input's shape.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct KLDivLossOptions {
  Reduction reduction = Reduction::mean;  ///< Batchmean is the divergence as it is defined.
  bool log_target = false;                ///< The target holds logarithms too.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct MultiMarginLossOptions {
  std::int64_t p = 1;   ///< 1 or 2.
  double margin = 1.0;  ///< By how much the two sides should differ before the loss is 0.
  /// The weight, which is multiplied with the input; among a loss's options a factor for each class
  /// or element. (C): a factor for each class.
  Tensor weight = {};
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct CTCLossOptions {
  std::int64_t blank = 0;  ///< The class that stands between labels.
  /// What becomes of the elements of a loss: mean, sum, or none for leaving them.
  Reduction reduction = Reduction::mean;
  bool zero_infinity = false;  ///< Samples whose loss is infinite have loss 0.
};

/// -weight[t] input[n, t, ...] with t = target[n, ...]: input (N, C, ...) or (C) holds
/// log-probabilities, target (N, ...) or () the classes as int64. The mean is the sum divided by
/// the sum of the weights of the targets that are not ignored: NaN when all are. Throws IndexError
/// for a class out of range.
RETROGRAD_API Tensor nll_loss(const Tensor& input, const Tensor& target,
                              const NLLLossOptions& options = {}, Where where = {});
/// The cross entropy of logits, input (N, C, ...) or (C). An int64 target (N, ...) or () holds
/// classes: nll_loss of log_softmax over the classes. A floating target of the input's shape holds
/// the probabilities of the classes; then no target is ignored and the mean divides by the number
/// of samples, whatever the weights.
RETROGRAD_API Tensor cross_entropy(const Tensor& input, const Tensor& target,
                                   const CrossEntropyLossOptions& options = {}, Where where = {});
/// -(target log(input) + (1 - target) log(1 - input)) of probabilities; logarithms count as -100
/// where they are smaller. Throws ValueError for inputs outside [0, 1].
RETROGRAD_API Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                                          const BCELossOptions& options = {}, Where where = {});
/// The same of sigmoid(input), without overflow.
RETROGRAD_API Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                                      const BCEWithLogitsLossOptions& options = {},
                                                      Where where = {});
/// target (log(target) - input), the input being logarithms; 0 log(0) counts as 0 and takes no
/// gradient. With log_target: exp(target) (target - input).
RETROGRAD_API Tensor kl_div(const Tensor& input, const Tensor& target,
                            KLDivLossOptions options = {}, Where where = {});
/// log(1 + exp(-target input)) with targets of 1 and -1.
RETROGRAD_API Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                                      LossOptions options = {}, Where where = {});
/// The sum over the wrong classes i of weight[t] max(0, margin - input[t] + input[i])^p, divided by
/// the number of classes: input (N, C) or (C), target (N) or () int64. Gradient 0 at the kink.
RETROGRAD_API Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                                       const MultiMarginLossOptions& options = {},
                                       Where where = {});
/// The mean over the last dimension, the classes, of binary_cross_entropy_with_logits.
RETROGRAD_API Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                                 const BCELossOptions& options = {},
                                                 Where where = {});
/// Connectionist temporal classification (Graves et al., 2006): minus the logarithm of the
/// probability of target n in the first input_lengths[n] times, over all its alignments. log_probs
/// is (T, N, C) or (T, C). targets holds labels without the blank, padded (N, S) or one target
/// behind the other (S). Lengths are int64 (N), or () for one sample. The mean divides each loss by
/// the length of its target, at least 1, first. A target without an alignment has loss inf and
/// gradient 0. The gradient of log_probs[t, n, k] is minus the posterior probability of k at t;
/// PyTorch adds exp(log_probs), which makes no difference behind log_softmax. Throws IndexError for
/// a label that is no class, ValueError for blanks in targets and for lengths that do not fit.
RETROGRAD_API Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets,
                              const Tensor& input_lengths, const Tensor& target_lengths,
                              const CTCLossOptions& options = {}, Where where = {});

/// Former names.
using CrossEntropyOptions [[deprecated("CrossEntropyLossOptions")]] = CrossEntropyLossOptions;
/// Former names.
using BCEOptions [[deprecated("BCELossOptions")]] = BCELossOptions;
/// Former names.
using BCEWithLogitsOptions [[deprecated("BCEWithLogitsLossOptions")]] = BCEWithLogitsLossOptions;
/// Former names.
using KLDivOptions [[deprecated("KLDivLossOptions")]] = KLDivLossOptions;

}  // namespace retrograd
