// Refused calls of losses.
#include "unit/ops_errors.h"

#include <cmath>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

const Tensor kUndefined;

}  // namespace

TEST_CASE("losses of two tensors refuse shapes and dtypes that differ") {
  using Loss = std::function<Tensor(const Tensor&, const Tensor&, Where)>;
  const std::pair<const char*, Loss> losses[] = {
      {"l1_loss", [](const Tensor& x, const Tensor& t, Where at) { return l1_loss(x, t, {}, at); }},
      {"smooth_l1_loss",
       [](const Tensor& x, const Tensor& t, Where at) { return smooth_l1_loss(x, t, {}, at); }},
      {"huber_loss",
       [](const Tensor& x, const Tensor& t, Where at) { return huber_loss(x, t, {}, at); }},
      {"poisson_nll_loss",
       [](const Tensor& x, const Tensor& t, Where at) { return poisson_nll_loss(x, t, {}, at); }},
      {"gaussian_nll_loss", [](const Tensor& x, const Tensor& t,
                               Where at) { return gaussian_nll_loss(x, t, x, {}, at); }},
      {"binary_cross_entropy", [](const Tensor& x, const Tensor& t,
                                  Where at) { return binary_cross_entropy(x, t, {}, at); }},
      {"kl_div", [](const Tensor& x, const Tensor& t, Where at) { return kl_div(x, t, {}, at); }},
      {"soft_margin_loss",
       [](const Tensor& x, const Tensor& t, Where at) { return soft_margin_loss(x, t, {}, at); }},
      {"multilabel_soft_margin_loss",
       [](const Tensor& x, const Tensor& t, Where at) {
         return multilabel_soft_margin_loss(x, t, {}, at);
       }},
      {"hinge_embedding_loss", [](const Tensor& x, const Tensor& t, Where at) {
         return hinge_embedding_loss(x, t, {}, at);
       }}};
  const Tensor x = zeros({2, 3});
  const Tensor integers = zeros({2, 3}, {.dtype = int64});
  const Tensor doubles = zeros({2, 3}, {.dtype = float64});
  for (const auto& named : losses) {
    const auto& name = named.first;
    const auto& loss = named.second;
    REFUSED(ShapeError, loss(x, zeros({3}), {}), name, "one shape", "float32 [2, 3]",
            "float32 [3]");
    REFUSED(DTypeError, loss(x, doubles, {}), name, "one dtype", "float64 [2, 3]");
    REFUSED(DTypeError, loss(integers, integers, {}), name, "floating", "int64 [2, 3]");
    REFUSED(GraphError, loss(kUndefined, x, {}), name, "input is undefined");
    REFUSED(GraphError, loss(x, kUndefined, {}), name, "target is undefined");
  }
}

TEST_CASE("losses refuse options out of range") {
  const Tensor x = zeros({2, 3});
  const Tensor t = zeros({2}, {.dtype = int64});
  REFUSED(ValueError, smooth_l1_loss(x, x, {.beta = -1}), "smooth_l1_loss", "beta is -1");
  REFUSED(ValueError, smooth_l1_loss(x, x, {.beta = NAN}), "smooth_l1_loss", "beta is nan");
  REFUSED(ValueError, huber_loss(x, x, {.delta = 0}), "huber_loss", "delta is 0", "above 0");
  REFUSED(ValueError, poisson_nll_loss(x, x, {.eps = -1e-3}), "poisson_nll_loss", "eps is -0.001");
  REFUSED(ValueError, gaussian_nll_loss(x, x, x, {.eps = 0}), "gaussian_nll_loss", "eps is 0");
  REFUSED(ValueError, cross_entropy(x, t, {.label_smoothing = 1.5}), "cross_entropy",
          "label_smoothing is 1.5", "in [0, 1]");
  REFUSED(ValueError, multi_margin_loss(x, t, {.p = 3}), "multi_margin_loss", "p is 3", "1 or 2");
  REFUSED(ValueError, hinge_embedding_loss(x, x, {.margin = NAN}), "hinge_embedding_loss",
          "margin is nan");
  REFUSED(ValueError, pairwise_distance(x, x, {.p = 0}), "pairwise_distance", "p is 0");
  REFUSED(ValueError, triplet_margin_loss(x, x, x, {.p = NAN}), "triplet_margin_loss", "p is nan");
  REFUSED(ValueError, cosine_similarity(x, x, {.eps = 0}), "cosine_similarity", "eps is 0");
  REFUSED(ShapeError, mse_loss(zeros({}), zeros({}), {Reduction::batchmean}), "mse_loss",
          "batchmean", "dimension of the batch");
}

TEST_CASE("losses refuse weights that do not fit") {
  const Tensor x = zeros({2, 3});
  const Tensor t = zeros({2}, {.dtype = int64});
  REFUSED(ShapeError, nll_loss(x, t, {.weight = ones({2})}), "nll_loss", "each of the 3 classes",
          "float32 [2]");
  REFUSED(ShapeError, cross_entropy(x, t, {.weight = ones({3, 1})}), "cross_entropy", "3 classes");
  REFUSED(DTypeError, cross_entropy(x, t, {.weight = ones({3}, {.dtype = float64})}),
          "cross_entropy", "one dtype", "float64 [3]");
  REFUSED(ShapeError, multi_margin_loss(x, t, {.weight = ones({4})}), "multi_margin_loss",
          "3 classes");
  REFUSED(ShapeError, binary_cross_entropy(x, x, {.weight = ones({2})}), "binary_cross_entropy",
          "weight must broadcast", "float32 [2]");
  const char* bce = "binary_cross_entropy_with_logits";
  REFUSED(ShapeError, binary_cross_entropy_with_logits(x, x, {.pos_weight = ones({1, 2, 3})}), bce,
          "pos_weight must broadcast", "float32 [1, 2, 3]");
  REFUSED(DTypeError,
          binary_cross_entropy_with_logits(x, x, {.weight = ones({3}, {.dtype = float64})}), bce,
          "one dtype");
}

TEST_CASE("losses refuse values and ranks that they are not defined for") {
  const Tensor x = zeros({2, 3});
  REFUSED(ValueError, binary_cross_entropy(tensor({1.0000001}), tensor({1.0})),
          "binary_cross_entropy", "holds 1.0000001");
  REFUSED(ValueError, binary_cross_entropy(tensor({0.5, 1.25}), tensor({0.0, 1.0})),
          "binary_cross_entropy", "[0, 1]", "1.25");
  REFUSED(ValueError, binary_cross_entropy(tensor({-0.5, 1.0}), tensor({0.0, 1.0})),
          "binary_cross_entropy", "-0.5");
  REFUSED(ValueError, binary_cross_entropy(tensor({NAN, 1.0}), tensor({0.0, 1.0})),
          "binary_cross_entropy", "nan");
  REFUSED(ValueError, gaussian_nll_loss(x, x, full({2, 3}, -0.5)), "gaussian_nll_loss",
          "negative variance", "-0.5");
  REFUSED(ShapeError, gaussian_nll_loss(x, x, ones({3})), "gaussian_nll_loss", "var must have",
          "float32 [3]");
  REFUSED(ShapeError, cross_entropy(x, zeros({2})), "cross_entropy", "probabilities", "int64");
  REFUSED(ShapeError, multi_margin_loss(zeros({2, 3, 4}), zeros({2, 4}, {.dtype = int64})),
          "multi_margin_loss", "(N, C) or (C)", "float32 [2, 3, 4]");
  REFUSED(ShapeError, multilabel_soft_margin_loss(zeros({}), zeros({})),
          "multilabel_soft_margin_loss", "classes");
}

TEST_CASE("distances and their losses refuse what does not broadcast") {
  const Tensor x = zeros({2, 3});
  REFUSED(ShapeError, pairwise_distance(x, zeros({2})), "pairwise_distance", "[2, 3]", "[2]");
  REFUSED(ShapeError, pairwise_distance(zeros({}), zeros({})), "pairwise_distance", "vectors");
  REFUSED(DTypeError, pairwise_distance(x, zeros({3}, {.dtype = float64})), "pairwise_distance",
          "x1 and x2", "float64 [3]");
  REFUSED(ShapeError, cosine_similarity(x, zeros({4})), "cosine_similarity", "[2, 3]", "[4]");
  REFUSED(IndexError, cosine_similarity(x, x, {.dim = 2}), "cosine_similarity", "2");
  REFUSED(GraphError, cosine_similarity(x, kUndefined), "cosine_similarity", "x2 is undefined");
  REFUSED(ShapeError, margin_ranking_loss(x, x, zeros({2})), "margin_ranking_loss", "[2]");
  REFUSED(DTypeError, margin_ranking_loss(x, x, zeros({2, 3}, {.dtype = float64})),
          "margin_ranking_loss", "input1 and target");
  REFUSED(GraphError, margin_ranking_loss(kUndefined, x, x), "margin_ranking_loss",
          "input1 is undefined");
  REFUSED(ShapeError, cosine_embedding_loss(x, x, zeros({3})), "cosine_embedding_loss", "(N, D)",
          "float32 [3]");
  REFUSED(ShapeError, cosine_embedding_loss(x, zeros({3}), zeros({2})), "cosine_embedding_loss",
          "one shape");
  REFUSED(GraphError, cosine_embedding_loss(x, x, kUndefined), "cosine_embedding_loss",
          "target is undefined");
  REFUSED(ShapeError, triplet_margin_loss(x, x, zeros({2})), "triplet_margin_loss", "[2]");
  REFUSED(DTypeError, triplet_margin_loss(x, zeros({3}, {.dtype = float64}), x),
          "triplet_margin_loss", "anchor and positive");
  REFUSED(GraphError, triplet_margin_loss(x, x, kUndefined), "triplet_margin_loss",
          "negative is undefined");
}

TEST_CASE("ctc_loss refuses lengths and labels that do not fit") {
  const auto ints = [](const TensorData& values) { return tensor(values, {.dtype = int64}); };
  const Tensor x = zeros({5, 2, 4});
  const Tensor targets = ints({{1, 2}, {3, 0}});
  const Tensor times = ints({5, 4});
  const Tensor lengths = ints({2, 1});
  const char* const name = "ctc_loss";
  REFUSED(ShapeError, ctc_loss(zeros({5}), targets, times, lengths), name, "(T, N, C)",
          "float32 [5]");
  REFUSED(DTypeError, ctc_loss(times, targets, times, lengths), name, "floating", "int64 [2]");
  REFUSED(DTypeError, ctc_loss(x, zeros({2, 2}), times, lengths), name, "targets",
          "float32 [2, 2]");
  REFUSED(DTypeError, ctc_loss(x, targets, zeros({2}), lengths), name, "input_lengths");
  REFUSED(DTypeError, ctc_loss(x, targets, times, zeros({2})), name, "target_lengths");
  REFUSED(GraphError, ctc_loss(x, kUndefined, times, lengths), name, "targets is undefined");
  REFUSED(GraphError, ctc_loss(x, targets, times, kUndefined), name, "target_lengths is undefined");
  REFUSED(ShapeError, ctc_loss(x, ints({{1}}), times, lengths), name, "(N, S)", "int64 [1, 1]");
  REFUSED(ShapeError, ctc_loss(x, targets, ints({5}), lengths), name,
          "input_lengths must have 2 elements", "int64 [1]");
  REFUSED(ShapeError, ctc_loss(x, targets, times, ints({{2, 1}})), name,
          "target_lengths must have 2 elements", "int64 [1, 2]");
  REFUSED(ValueError, ctc_loss(x, targets, ints({5, 6}), lengths), name,
          "input_lengths[1] is 6; it must be in [0, 5]");
  REFUSED(ValueError, ctc_loss(x, targets, ints({-1, 5}), lengths), name,
          "input_lengths[0] is -1; it must be in [0, 5]");
  REFUSED(ValueError, ctc_loss(x, targets, times, ints({2, 3})), name,
          "target_lengths[1] is 3; it must be in [0, 2]");
  REFUSED(ShapeError, ctc_loss(x, ints({1, 2, 3}), times, ints({1, 1})), name,
          "targets has 3 elements but target_lengths add up to 2");
  REFUSED(IndexError, ctc_loss(x, ints({{1, 2}, {4, 0}}), times, lengths), name,
          "the target of sample 1 holds class 4 but log_probs has 4 classes");
  REFUSED(ValueError, ctc_loss(x, targets, times, ints({2, 2})), name,
          "the target of sample 1 holds the blank, 0");
  REFUSED(ValueError, ctc_loss(x, targets, times, lengths, {.blank = 4}), name,
          "blank is 4; it must be in [0, 4)");
  REFUSED(ShapeError,
          ctc_loss(zeros({5, 4}), ints({1}), ints(5), ints(1), {.reduction = Reduction::batchmean}),
          name, "batchmean");
}
