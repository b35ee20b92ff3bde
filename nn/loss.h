/// @file
/// Losses as modules, with PyTorch's names. Their options are those of the function.
///
/// @code
/// nn::CrossEntropyLoss loss({.label_smoothing = 0.1});
/// const rg::Tensor value = loss(rg::rand({8, 10}), rg::randint(0, 10, {8}));
/// @endcode
///
/// Weights among the options are buffers. Constructors throw ValueError if a number is out of
/// range.
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

/// The base of modules that compare a prediction with a target.
class RETROGRAD_API Loss : public ModuleOf<Tensor(const Tensor& input, const Tensor& target)> {};

/// The base of modules that compare three tensors, in the function's order.
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
/// @code nn::MSELoss loss; @endcode
using MSELoss = detail::LossOf<"MSELoss", mse_loss>;
/// l1_loss() as a module.
/// @code nn::L1Loss loss; @endcode
using L1Loss = detail::LossOf<"L1Loss", l1_loss>;
/// smooth_l1_loss() as a module.
/// @code nn::SmoothL1Loss loss({.beta = 0.5}); @endcode
using SmoothL1Loss = detail::LossOf<"SmoothL1Loss", smooth_l1_loss>;
/// huber_loss() as a module.
/// @code nn::HuberLoss loss({.delta = 0.5}); @endcode
using HuberLoss = detail::LossOf<"HuberLoss", huber_loss>;
/// cross_entropy() as a module.
/// @code nn::CrossEntropyLoss loss({.label_smoothing = 0.1}); @endcode
using CrossEntropyLoss = detail::LossOf<"CrossEntropyLoss", cross_entropy>;
/// nll_loss() as a module.
/// @code nn::NLLLoss loss({.ignore_index = 0}); @endcode
using NLLLoss = detail::LossOf<"NLLLoss", nll_loss>;
/// binary_cross_entropy() as a module.
/// @code nn::BCELoss loss; @endcode
using BCELoss = detail::LossOf<"BCELoss", binary_cross_entropy>;
/// binary_cross_entropy_with_logits() as a module.
/// @code nn::BCEWithLogitsLoss loss({.pos_weight = rg::tensor({2.0})}); @endcode
using BCEWithLogitsLoss = detail::LossOf<"BCEWithLogitsLoss", binary_cross_entropy_with_logits>;
/// kl_div() as a module.
/// @code nn::KLDivLoss loss({.reduction = rg::Reduction::batchmean}); @endcode
using KLDivLoss = detail::LossOf<"KLDivLoss", kl_div>;
/// poisson_nll_loss() as a module.
/// @code nn::PoissonNLLLoss loss({.log_input = false}); @endcode
using PoissonNLLLoss = detail::LossOf<"PoissonNLLLoss", poisson_nll_loss>;
/// soft_margin_loss() as a module.
/// @code nn::SoftMarginLoss loss; @endcode
using SoftMarginLoss = detail::LossOf<"SoftMarginLoss", soft_margin_loss>;
/// multi_margin_loss() as a module.
/// @code nn::MultiMarginLoss loss({.p = 2}); @endcode
using MultiMarginLoss = detail::LossOf<"MultiMarginLoss", multi_margin_loss>;
/// multilabel_soft_margin_loss() as a module.
/// @code nn::MultiLabelSoftMarginLoss loss; @endcode
using MultiLabelSoftMarginLoss =
    detail::LossOf<"MultiLabelSoftMarginLoss", multilabel_soft_margin_loss>;
/// hinge_embedding_loss() as a module.
/// @code nn::HingeEmbeddingLoss loss({.margin = 0.5}); @endcode
using HingeEmbeddingLoss = detail::LossOf<"HingeEmbeddingLoss", hinge_embedding_loss>;

/// margin_ranking_loss() as a module.
/// @code nn::MarginRankingLoss loss({.margin = 0.5}); @endcode
using MarginRankingLoss = detail::LossOf<"MarginRankingLoss", margin_ranking_loss>;
/// cosine_embedding_loss() as a module.
/// @code nn::CosineEmbeddingLoss loss({.margin = 0.5}); @endcode
using CosineEmbeddingLoss = detail::LossOf<"CosineEmbeddingLoss", cosine_embedding_loss>;
/// triplet_margin_loss() as a module.
/// @code nn::TripletMarginLoss loss({.swap = true}); @endcode
using TripletMarginLoss = detail::LossOf<"TripletMarginLoss", triplet_margin_loss>;
/// gaussian_nll_loss() as a module.
/// @code nn::GaussianNLLLoss loss({.full = true}); @endcode
using GaussianNLLLoss = detail::LossOf<"GaussianNLLLoss", gaussian_nll_loss>;

/// ctc_loss() as a module.
/// @code nn::CTCLoss loss({.zero_infinity = true}); @endcode
using CTCLoss = detail::LossOf<"CTCLoss", ctc_loss>;

}  // namespace retrograd::nn
