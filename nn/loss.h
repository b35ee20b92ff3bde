// Losses as modules, with PyTorch's names and options, that pass these on to the function of the
// same meaning: nn::CrossEntropyLoss loss({.label_smoothing = 0.1}); loss(input, target). The
// tensors among the options, weights, are buffers. Constructors throw ValueError for numbers out of
// range.
#pragma once

#include <string>
#include <type_traits>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/loss.h>
#include <retrograd/ops/loss_classification.h>
#include <retrograd/ops/loss_embedding.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

// A module that compares a prediction with a target.
class RETROGRAD_API Loss : public Module {
 public:
  // Errors and tapes name the line of this call.
  Tensor operator()(const Tensor& input, const Tensor& target, Where where = {});

 protected:
  virtual Tensor compare(const Tensor& input, const Tensor& target) = 0;
};

// A module that compares three tensors, in the order of the function's.
class RETROGRAD_API TripleLoss : public Module {
 public:
  Tensor operator()(const Tensor& a, const Tensor& b, const Tensor& c, Where where = {});

 protected:
  virtual Tensor compare(const Tensor& a, const Tensor& b, const Tensor& c) = 0;
};

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
RETROGRAD_API void check(const Frame& call, const CrossEntropyOptions& options);
RETROGRAD_API void check(const Frame& call, const PoissonNLLLossOptions& options);
RETROGRAD_API void check(const Frame& call, const GaussianNLLLossOptions& options);
RETROGRAD_API void check(const Frame& call, const MultiMarginLossOptions& options);
RETROGRAD_API void check(const Frame& call, const TripletMarginLossOptions& options);

template <class Base, Name name, class Options>
class LossWith : public Base {
 public:
  explicit LossWith(const Options& options = {}, Where where = {}) : options_(options) {
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

 protected:
  Options options_;
};

// The loss of a name that is this function; its options are those of the function.
template <class Base, Name name, auto function, class Type = decltype(function)>
class LossOf;

template <class Base, Name name, auto function, class Options>
class LossOf<Base, name, function, Tensor (*)(const Tensor&, const Tensor&, Options, Where)>
    : public LossWith<Base, name, std::remove_cvref_t<Options>> {
  using LossOf::LossWith::LossWith;

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override {
    return function(input, target, this->options_, kInLoss);
  }
};

template <class Base, Name name, auto function, class Options>
class LossOf<Base, name, function,
             Tensor (*)(const Tensor&, const Tensor&, const Tensor&, Options, Where)>
    : public LossWith<Base, name, std::remove_cvref_t<Options>> {
  using LossOf::LossWith::LossWith;

 protected:
  Tensor compare(const Tensor& a, const Tensor& b, const Tensor& c) override {
    return function(a, b, c, this->options_, kInLoss);
  }
};

}  // namespace detail

class RETROGRAD_API MSELoss : public detail::LossOf<Loss, "MSELoss", mse_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API L1Loss : public detail::LossOf<Loss, "L1Loss", l1_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API SmoothL1Loss : public detail::LossOf<Loss, "SmoothL1Loss", smooth_l1_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API HuberLoss : public detail::LossOf<Loss, "HuberLoss", huber_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API CrossEntropyLoss
    : public detail::LossOf<Loss, "CrossEntropyLoss", cross_entropy> {
  using LossOf::LossOf;
};
class RETROGRAD_API NLLLoss : public detail::LossOf<Loss, "NLLLoss", nll_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API BCELoss : public detail::LossOf<Loss, "BCELoss", binary_cross_entropy> {
  using LossOf::LossOf;
};
class RETROGRAD_API BCEWithLogitsLoss
    : public detail::LossOf<Loss, "BCEWithLogitsLoss", binary_cross_entropy_with_logits> {
  using LossOf::LossOf;
};
class RETROGRAD_API KLDivLoss : public detail::LossOf<Loss, "KLDivLoss", kl_div> {
  using LossOf::LossOf;
};
class RETROGRAD_API PoissonNLLLoss
    : public detail::LossOf<Loss, "PoissonNLLLoss", poisson_nll_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API SoftMarginLoss
    : public detail::LossOf<Loss, "SoftMarginLoss", soft_margin_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API MultiMarginLoss
    : public detail::LossOf<Loss, "MultiMarginLoss", multi_margin_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API MultiLabelSoftMarginLoss
    : public detail::LossOf<Loss, "MultiLabelSoftMarginLoss", multilabel_soft_margin_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API HingeEmbeddingLoss
    : public detail::LossOf<Loss, "HingeEmbeddingLoss", hinge_embedding_loss> {
  using LossOf::LossOf;
};

class RETROGRAD_API MarginRankingLoss
    : public detail::LossOf<TripleLoss, "MarginRankingLoss", margin_ranking_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API CosineEmbeddingLoss
    : public detail::LossOf<TripleLoss, "CosineEmbeddingLoss", cosine_embedding_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API TripletMarginLoss
    : public detail::LossOf<TripleLoss, "TripletMarginLoss", triplet_margin_loss> {
  using LossOf::LossOf;
};
class RETROGRAD_API GaussianNLLLoss
    : public detail::LossOf<TripleLoss, "GaussianNLLLoss", gaussian_nll_loss> {
  using LossOf::LossOf;
};

class RETROGRAD_API CTCLoss : public detail::LossWith<Module, "CTCLoss", CTCLossOptions> {
 public:
  using LossWith::LossWith;
  Tensor operator()(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                    const Tensor& target_lengths, Where where = {});
};

}  // namespace retrograd::nn
