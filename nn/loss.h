/// @file
/// Losses as modules, with PyTorch's names and options, that pass these on to the function of the
/// same meaning: `nn::CrossEntropyLoss` loss({.label_smoothing = 0.1}); loss(input, target). The
/// tensors among the options, weights, are buffers. Constructors throw ValueError for numbers out
/// of range.
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

/// A module that compares a prediction with a target.
class RETROGRAD_API Loss : public ModuleOf<Tensor(const Tensor& input, const Tensor& target)> {};

/// A module that compares three tensors, in the order of the function's.
class RETROGRAD_API TripleLoss
    : public ModuleOf<Tensor(const Tensor& a, const Tensor& b, const Tensor& c)> {};

namespace detail {

// A line of the library's, which messages replace by that of the module's call.
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

// What a function takes: tensors, as its module does, and options.
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

// The loss of a name that is this function; its options are those of the function.
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

/// mse_loss() as a module.
using MSELoss = detail::LossOf<"MSELoss", mse_loss>;
/// l1_loss() as a module.
using L1Loss = detail::LossOf<"L1Loss", l1_loss>;
/// smooth_l1_loss() as a module.
using SmoothL1Loss = detail::LossOf<"SmoothL1Loss", smooth_l1_loss>;
/// huber_loss() as a module.
using HuberLoss = detail::LossOf<"HuberLoss", huber_loss>;
/// cross_entropy() as a module.
using CrossEntropyLoss = detail::LossOf<"CrossEntropyLoss", cross_entropy>;
/// nll_loss() as a module.
using NLLLoss = detail::LossOf<"NLLLoss", nll_loss>;
/// binary_cross_entropy() as a module.
using BCELoss = detail::LossOf<"BCELoss", binary_cross_entropy>;
/// binary_cross_entropy_with_logits() as a module.
using BCEWithLogitsLoss = detail::LossOf<"BCEWithLogitsLoss", binary_cross_entropy_with_logits>;
/// kl_div() as a module.
using KLDivLoss = detail::LossOf<"KLDivLoss", kl_div>;
/// poisson_nll_loss() as a module.
using PoissonNLLLoss = detail::LossOf<"PoissonNLLLoss", poisson_nll_loss>;
/// soft_margin_loss() as a module.
using SoftMarginLoss = detail::LossOf<"SoftMarginLoss", soft_margin_loss>;
/// multi_margin_loss() as a module.
using MultiMarginLoss = detail::LossOf<"MultiMarginLoss", multi_margin_loss>;
/// multilabel_soft_margin_loss() as a module.
using MultiLabelSoftMarginLoss =
    detail::LossOf<"MultiLabelSoftMarginLoss", multilabel_soft_margin_loss>;
/// hinge_embedding_loss() as a module.
using HingeEmbeddingLoss = detail::LossOf<"HingeEmbeddingLoss", hinge_embedding_loss>;

/// margin_ranking_loss() as a module.
using MarginRankingLoss = detail::LossOf<"MarginRankingLoss", margin_ranking_loss>;
/// cosine_embedding_loss() as a module.
using CosineEmbeddingLoss = detail::LossOf<"CosineEmbeddingLoss", cosine_embedding_loss>;
/// triplet_margin_loss() as a module.
using TripletMarginLoss = detail::LossOf<"TripletMarginLoss", triplet_margin_loss>;
/// gaussian_nll_loss() as a module.
using GaussianNLLLoss = detail::LossOf<"GaussianNLLLoss", gaussian_nll_loss>;

/// ctc_loss() as a module.
using CTCLoss = detail::LossOf<"CTCLoss", ctc_loss>;

}  // namespace retrograd::nn
