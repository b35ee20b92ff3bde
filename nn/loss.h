// Losses as modules, with PyTorch's names and options, that pass these on to the function of the
// same meaning: nn::CrossEntropyLoss loss({.label_smoothing = 0.1}); loss(input, target). The
// tensors among the options, weights, are buffers. Constructors throw ValueError for numbers out of
// range.
#pragma once

#include <string>

#include <retrograd/nn/module.h>
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

template <class Base, class Options>
class LossWith : public Base {
 public:
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
  std::string describe() const override { return std::string(name_) + "()"; }

 protected:
  LossWith(const char* name, const Options& options) : name_(name), options_(options) {}

  const char* name_;
  Options options_;
};

}  // namespace detail

class RETROGRAD_API MSELoss : public detail::LossWith<Loss, LossOptions> {
 public:
  explicit MSELoss(const LossOptions& options = {}) : LossWith("MSELoss", options) {}

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API L1Loss : public detail::LossWith<Loss, LossOptions> {
 public:
  explicit L1Loss(const LossOptions& options = {}) : LossWith("L1Loss", options) {}

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API SmoothL1Loss : public detail::LossWith<Loss, SmoothL1LossOptions> {
 public:
  explicit SmoothL1Loss(const SmoothL1LossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API HuberLoss : public detail::LossWith<Loss, HuberLossOptions> {
 public:
  explicit HuberLoss(const HuberLossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API CrossEntropyLoss : public detail::LossWith<Loss, CrossEntropyOptions> {
 public:
  explicit CrossEntropyLoss(const CrossEntropyOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API NLLLoss : public detail::LossWith<Loss, NLLLossOptions> {
 public:
  explicit NLLLoss(const NLLLossOptions& options = {}) : LossWith("NLLLoss", options) {}

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API BCELoss : public detail::LossWith<Loss, BCEOptions> {
 public:
  explicit BCELoss(const BCEOptions& options = {}) : LossWith("BCELoss", options) {}

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API BCEWithLogitsLoss : public detail::LossWith<Loss, BCEWithLogitsOptions> {
 public:
  explicit BCEWithLogitsLoss(const BCEWithLogitsOptions& options = {})
      : LossWith("BCEWithLogitsLoss", options) {}

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API KLDivLoss : public detail::LossWith<Loss, KLDivOptions> {
 public:
  explicit KLDivLoss(const KLDivOptions& options = {}) : LossWith("KLDivLoss", options) {}

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API PoissonNLLLoss : public detail::LossWith<Loss, PoissonNLLLossOptions> {
 public:
  explicit PoissonNLLLoss(const PoissonNLLLossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API SoftMarginLoss : public detail::LossWith<Loss, LossOptions> {
 public:
  explicit SoftMarginLoss(const LossOptions& options = {}) : LossWith("SoftMarginLoss", options) {}

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API MultiMarginLoss : public detail::LossWith<Loss, MultiMarginLossOptions> {
 public:
  explicit MultiMarginLoss(const MultiMarginLossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API MultiLabelSoftMarginLoss : public detail::LossWith<Loss, BCEOptions> {
 public:
  explicit MultiLabelSoftMarginLoss(const BCEOptions& options = {})
      : LossWith("MultiLabelSoftMarginLoss", options) {}

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API HingeEmbeddingLoss : public detail::LossWith<Loss, HingeEmbeddingLossOptions> {
 public:
  explicit HingeEmbeddingLoss(const HingeEmbeddingLossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input, const Tensor& target) override;
};

class RETROGRAD_API MarginRankingLoss
    : public detail::LossWith<TripleLoss, MarginRankingLossOptions> {
 public:
  explicit MarginRankingLoss(const MarginRankingLossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input1, const Tensor& input2, const Tensor& target) override;
};

class RETROGRAD_API CosineEmbeddingLoss
    : public detail::LossWith<TripleLoss, CosineEmbeddingLossOptions> {
 public:
  explicit CosineEmbeddingLoss(const CosineEmbeddingLossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input1, const Tensor& input2, const Tensor& target) override;
};

class RETROGRAD_API TripletMarginLoss
    : public detail::LossWith<TripleLoss, TripletMarginLossOptions> {
 public:
  explicit TripletMarginLoss(const TripletMarginLossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& anchor, const Tensor& positive, const Tensor& negative) override;
};

class RETROGRAD_API GaussianNLLLoss : public detail::LossWith<TripleLoss, GaussianNLLLossOptions> {
 public:
  explicit GaussianNLLLoss(const GaussianNLLLossOptions& options = {}, Where where = {});

 protected:
  Tensor compare(const Tensor& input, const Tensor& target, const Tensor& var) override;
};

}  // namespace retrograd::nn
