/// @file
/// Losses as modules, with PyTorch's names. Each passes its tensors and options to a function.
///
/// @code
/// nn::CrossEntropyLoss loss({.label_smoothing = 0.1});
/// Tensor y = loss(input, target);
/// @endcode
///
/// Tensors among the options, such as weights, are buffers. Constructors throw ValueError for
/// options out of range. The functions in ops/loss.h, ops/loss_classification.h and
/// ops/loss_embedding.h describe options, shapes and errors.
#pragma once

#include <string>
#include <type_traits>

#include <retrograd/nn/layer.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/ops/loss.h>
#include <retrograd/ops/loss_classification.h>
#include <retrograd/ops/loss_embedding.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The base of losses that compare a prediction with a target.
class RETROGRAD_API Loss : public ModuleOf<Tensor(const Tensor& input, const Tensor& target)> {};

/// The base of losses of three tensors, in the order of the function's parameters.
class RETROGRAD_API TripleLoss
    : public ModuleOf<Tensor(const Tensor& a, const Tensor& b, const Tensor& c)> {};

namespace detail {

// A line of the library, which messages replace by that of the module's call.
inline constexpr Where kInLoss = Where::at("@/nn/loss.h", 0);

RETROGRAD_API void check_margin(const Frame& call, double margin);
// Throws ValueError for numbers out of range.
template <class Options>
void check([[maybe_unused]] const Frame& call, [[maybe_unused]] const Options& options) {
  if constexpr (requires { options.margin; }) {
    check_margin(call, options.margin);
  }
}
RETROGRAD_API void check(const Frame& call, const SmoothL1LossOptions& options);
RETROGRAD_API void check(const Frame& call, const HuberLossOptions& options);
RETROGRAD_API void check(const Frame& call, const CrossEntropyLossOptions& options);
RETROGRAD_API void check(const Frame& call, const PoissonNLLLossOptions& options);
RETROGRAD_API void check(const Frame& call, const GaussianNLLLossOptions& options);
RETROGRAD_API void check(const Frame& call, const MultiMarginLossOptions& options);
RETROGRAD_API void check(const Frame& call, const TripletMarginLossOptions& options);

// The parameters of a loss function: the tensors that its module takes too, and options.
template <class Module, class Options, class... T>
struct Taken {};
template <class Options>
Taken<Loss, std::remove_cvref_t<Options>, const Tensor&, const Tensor&> taken(
    Tensor (*)(const Tensor&, const Tensor&, Options, Where));
template <class Options>
Taken<TripleLoss, std::remove_cvref_t<Options>, const Tensor&, const Tensor&, const Tensor&> taken(
    Tensor (*)(const Tensor&, const Tensor&, const Tensor&, Options, Where));
template <class Options, class... T>
Taken<ModuleOf<Tensor(const Tensor&, const Tensor&, const Tensor&, const Tensor&)>,
      std::remove_cvref_t<Options>, const Tensor&, const Tensor&, const Tensor&, const Tensor&>
    taken(Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const Tensor&, Options, Where));

// The loss module of this name and function, with the function's options.
template <Name name, auto function, class = decltype(taken(function))>
class LossOf;

template <Name name, auto function, class Base, class Options, class... T>
class RETROGRAD_API LossOf<name, function, Taken<Base, Options, T...>> : public Base {
 public:
  explicit LossOf(const Options& options = {}, Where where = {}) : options_(options) {
    check(Frame(name.text, where), options);
  }
  Members members() override {
    Members found;
    if constexpr (requires(Options o) { o.weight; }) {
      found.push_back(buffer("weight", options_.weight));
    }
    if constexpr (requires(Options o) { o.pos_weight; }) {
      found.push_back(buffer("pos_weight", options_.pos_weight));
    }
    return found;
  }
  std::string describe() const override { return std::string(name.text) + "()"; }
  Tensor forward(T... tensors) override { return function(tensors..., options_, kInLoss); }

 private:
  Options options_;
};

}  // namespace detail

/// The module of `mse_loss()`: `(input - target)^2`.
using MSELoss = detail::LossOf<"MSELoss", mse_loss>;
/// The module of `l1_loss()`: `|input - target|`.
using L1Loss = detail::LossOf<"L1Loss", l1_loss>;
/// The module of `smooth_l1_loss()`: `d^2 / (2 beta)` if `d = |input - target|` is below `beta`,
/// else `d - beta / 2`.
using SmoothL1Loss = detail::LossOf<"SmoothL1Loss", smooth_l1_loss>;
/// The module of `huber_loss()`: `d^2 / 2` if `d = |input - target|` is at most `delta`, else
/// `delta (d - delta / 2)`.
using HuberLoss = detail::LossOf<"HuberLoss", huber_loss>;
/// The module of `cross_entropy()`: `-log(softmax(input)[target])` of logits (N, C, ...).
using CrossEntropyLoss = detail::LossOf<"CrossEntropyLoss", cross_entropy>;
/// The module of `nll_loss()`: `-input[target]` of log-probabilities (N, C, ...).
using NLLLoss = detail::LossOf<"NLLLoss", nll_loss>;
/// The module of `binary_cross_entropy()`: `-(target log(input) + (1 - target) log(1 - input))`.
using BCELoss = detail::LossOf<"BCELoss", binary_cross_entropy>;
/// The module of `binary_cross_entropy_with_logits()`: the binary cross entropy of
/// `sigmoid(input)`.
using BCEWithLogitsLoss = detail::LossOf<"BCEWithLogitsLoss", binary_cross_entropy_with_logits>;
/// The module of `kl_div()`: `target (log(target) - input)` for an input of logarithms.
using KLDivLoss = detail::LossOf<"KLDivLoss", kl_div>;
/// The module of `poisson_nll_loss()`: `exp(input) - target input` for the logarithm of a rate.
using PoissonNLLLoss = detail::LossOf<"PoissonNLLLoss", poisson_nll_loss>;
/// The module of `soft_margin_loss()`: `log(1 + exp(-target input))` for targets of 1 and -1.
using SoftMarginLoss = detail::LossOf<"SoftMarginLoss", soft_margin_loss>;
/// The module of `multi_margin_loss()`: hinge losses `max(0, margin - input[target] + input[i])^p`
/// of the wrong classes i.
using MultiMarginLoss = detail::LossOf<"MultiMarginLoss", multi_margin_loss>;
/// The module of `multilabel_soft_margin_loss()`: the binary cross entropy of logits, averaged over
/// the classes.
using MultiLabelSoftMarginLoss =
    detail::LossOf<"MultiLabelSoftMarginLoss", multilabel_soft_margin_loss>;
/// The module of `hinge_embedding_loss()`: `input` for a target of 1, `max(0, margin - input)` for
/// -1.
using HingeEmbeddingLoss = detail::LossOf<"HingeEmbeddingLoss", hinge_embedding_loss>;

/// The module of `margin_ranking_loss()`: `max(0, -target (input1 - input2) + margin)`.
using MarginRankingLoss = detail::LossOf<"MarginRankingLoss", margin_ranking_loss>;
/// The module of `cosine_embedding_loss()`: `1 - cos` for a target of 1, `max(0, cos - margin)` for
/// -1.
using CosineEmbeddingLoss = detail::LossOf<"CosineEmbeddingLoss", cosine_embedding_loss>;
/// The module of `triplet_margin_loss()`:
/// `max(0, margin + d(anchor, positive) - d(anchor, negative))`.
using TripletMarginLoss = detail::LossOf<"TripletMarginLoss", triplet_margin_loss>;
/// The module of `gaussian_nll_loss()`: `(log(var) + (input - target)^2 / var) / 2`.
using GaussianNLLLoss = detail::LossOf<"GaussianNLLLoss", gaussian_nll_loss>;

/// The module of `ctc_loss()`: connectionist temporal classification (Graves et al., 2006).
using CTCLoss = detail::LossOf<"CTCLoss", ctc_loss>;

}  // namespace retrograd::nn
