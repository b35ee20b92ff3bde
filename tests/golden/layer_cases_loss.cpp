// Losses. Weights among the options are ones here, and loaded as state then.
#include "golden/layer_cases.h"

namespace golden {

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::ones;
using Reduction = rg::Reduction;

LayerCases losses() {
  constexpr auto none = Reduction::none;
  constexpr auto sum = Reduction::sum;
  return {
      LAYER("MSELoss/default", MSELoss()),
      LAYER("MSELoss/none", MSELoss({.reduction = none})),
      LAYER("MSELoss/sum", MSELoss({.reduction = sum})),
      LAYER("L1Loss/default", L1Loss()),
      LAYER("L1Loss/none", L1Loss({.reduction = none})),
      LAYER("L1Loss/sum", L1Loss({.reduction = sum})),
      LAYER("SmoothL1Loss/default", SmoothL1Loss()),
      LAYER("SmoothL1Loss/none", SmoothL1Loss({.reduction = none})),
      LAYER("SmoothL1Loss/sum", SmoothL1Loss({.reduction = sum})),
      LAYER("SmoothL1Loss/beta", SmoothL1Loss({.beta = 0.4})),
      LAYER("HuberLoss/default", HuberLoss()),
      LAYER("HuberLoss/none", HuberLoss({.reduction = none})),
      LAYER("HuberLoss/sum", HuberLoss({.reduction = sum})),
      LAYER("HuberLoss/delta", HuberLoss({.delta = 0.4})),
      LAYER("CrossEntropyLoss/default", CrossEntropyLoss()),
      LAYER("CrossEntropyLoss/weight", CrossEntropyLoss({.weight = ones({4}), .ignore_index = 0})),
      LAYER("CrossEntropyLoss/smoothing",
            CrossEntropyLoss({.weight = ones({4}), .reduction = none, .label_smoothing = 0.2})),
      LAYER("CrossEntropyLoss/probabilities", CrossEntropyLoss({.reduction = sum})),
      LAYER("NLLLoss/default", NLLLoss()),
      LAYER("NLLLoss/weight", NLLLoss({.weight = ones({4}), .ignore_index = 3, .reduction = sum})),
      LAYER("NLLLoss/images", NLLLoss({.reduction = none})),
      LAYER("BCELoss/default", BCELoss()),
      LAYER("BCELoss/weight", BCELoss({.weight = ones({3}), .reduction = sum})),
      LAYER("BCEWithLogitsLoss/default", BCEWithLogitsLoss()),
      LAYER("BCEWithLogitsLoss/weights",
            BCEWithLogitsLoss({.weight = ones({3}), .reduction = none, .pos_weight = ones({3})})),
      LAYER("BCEWithLogitsLoss/pos_weight", BCEWithLogitsLoss({.pos_weight = ones({3})})),
      LAYER("KLDivLoss/default", KLDivLoss()),
      LAYER("KLDivLoss/batchmean", KLDivLoss({.reduction = Reduction::batchmean})),
      LAYER("KLDivLoss/logs", KLDivLoss({.reduction = sum, .log_target = true})),
      LAYER("PoissonNLLLoss/default", PoissonNLLLoss()),
      LAYER("PoissonNLLLoss/full",
            PoissonNLLLoss({.log_input = false, .full = true, .eps = 1e-3, .reduction = sum})),
      LAYER("SoftMarginLoss/default", SoftMarginLoss()),
      LAYER("SoftMarginLoss/none", SoftMarginLoss({.reduction = none})),
      LAYER("MultiMarginLoss/default", MultiMarginLoss()),
      LAYER("MultiMarginLoss/all",
            MultiMarginLoss({.p = 2, .margin = 0.7, .weight = ones({4}), .reduction = none})),
      LAYER("MultiLabelSoftMarginLoss/default", MultiLabelSoftMarginLoss()),
      LAYER("MultiLabelSoftMarginLoss/weight",
            MultiLabelSoftMarginLoss({.weight = ones({3}), .reduction = none})),
      LAYER("HingeEmbeddingLoss/default", HingeEmbeddingLoss()),
      LAYER("HingeEmbeddingLoss/margin", HingeEmbeddingLoss({.margin = 0.3, .reduction = sum})),
      LAYER("MarginRankingLoss/default", MarginRankingLoss()),
      LAYER("MarginRankingLoss/margin", MarginRankingLoss({.margin = 0.5, .reduction = none})),
      LAYER("CosineEmbeddingLoss/default", CosineEmbeddingLoss()),
      LAYER("CosineEmbeddingLoss/margin", CosineEmbeddingLoss({.margin = -0.4, .reduction = sum})),
      LAYER("TripletMarginLoss/default", TripletMarginLoss()),
      LAYER(
          "TripletMarginLoss/all",
          TripletMarginLoss({.margin = 0.5, .p = 3, .eps = 1e-3, .swap = true, .reduction = none})),
      LAYER("GaussianNLLLoss/default", GaussianNLLLoss()),
      LAYER("GaussianNLLLoss/full", GaussianNLLLoss({.full = true, .eps = 0.5, .reduction = none})),
  };
}

}  // namespace golden
