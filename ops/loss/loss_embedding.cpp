#include <retrograd/ops/loss_embedding.h>

#include <cmath>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/ops/vector_norm.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

using loss::check_floating_like;
using loss::reduced;
using loss::require;

namespace {

void check_vectors(const char* op, const char* name_a, const Tensor& a, const char* name_b,
                   const Tensor& b, Where where) {
  check::defined(op, name_a, a, where);
  check::floating(op, a, where);
  check::defined(op, name_b, b, where);
  check::same_dtype(op, name_a, a, name_b, b, where);
  static_cast<void>(broadcast_shapes(op, a.shape(), b.shape(), where));
}

void require_norm(const char* op, double p, Where where) {
  require(op, p > 0, "p", p, "above 0", where);
}

void require_number(const char* op, const char* what, double value, Where where) {
  require(op, !std::isnan(value), what, value, "a number", where);
}

Tensor distance(const Tensor& x1, const Tensor& x2, const PairwiseDistanceOptions& options,
                Where where) {
  const Tensor d = add(sub(x1, x2, where), options.eps, where);
  return norm(d, options.p, -1, options.keepdim, where);
}

// max(0, x), with the gradient passing at 0.
Tensor hinge(const Tensor& x, Where where) {
  return clamp(x, 0, {}, where);
}

// `positive` where the target is 1, `negative` where it is -1, 0 elsewhere.
Tensor by_sign(const Tensor& target, const Tensor& positive, const Tensor& negative, Where where) {
  const Tensor t = target.detach();
  const Tensor rest = retrograd::where(eq(t, -1, where), negative, 0, where);
  return retrograd::where(eq(t, 1, where), positive, rest, where);
}

}  // namespace

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, CosineSimilarityOptions options,
                         Where where) {
  if (autocast::widens(x1, x2)) {
    return cosine_similarity(widened(x1, where), widened(x2, where), options, where);
  }
  const char* const op = "cosine_similarity";
  check_vectors(op, "x1", x1, "x2", x2, where);
  require(op, options.eps > 0, "eps", options.eps, "above 0", where);
  const Shape shape = broadcast_shapes(op, x1.shape(), x2.shape(), where);
  const Tensor a = widened(expand_operand(x1, shape, where), where);
  const Tensor b = widened(expand_operand(x2, shape, where), where);
  const Dims dims = static_cast<std::int64_t>(check::dim(op, a, options.dim, where));
  // The length is limited before the root, which has no derivative at 0.
  const auto unit = [&](const Tensor& x) {
    const Tensor squares = sum(square(x, where), dims, true, where);
    return div(x, sqrt(clamp(squares, options.eps * options.eps, {}, where), where), where);
  };
  return sum(mul(unit(a), unit(b), where), dims, false, where).to(x1.dtype(), where);
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, PairwiseDistanceOptions options,
                         Where where) {
  if (autocast::widens(x1, x2)) {
    return pairwise_distance(widened(x1, where), widened(x2, where), options, where);
  }
  const char* const op = "pairwise_distance";
  check_vectors(op, "x1", x1, "x2", x2, where);
  require_norm(op, options.p, where);
  require_number(op, "eps", options.eps, where);
  if (x1.dim() == 0 && x2.dim() == 0) {
    fail<ShapeError>(op, where, "needs vectors", {{"x1", x1}, {"x2", x2}});
  }
  return distance(widened(x1, where), widened(x2, where), options, where).to(x1.dtype(), where);
}

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            HingeEmbeddingLossOptions options, Where where) {
  if (autocast::widens(input, target)) {
    return hinge_embedding_loss(widened(input, where), widened(target, where), options, where);
  }
  const char* const op = "hinge_embedding_loss";
  loss::check_pair(op, input, target, where);
  require_number(op, "margin", options.margin, where);
  const Tensor x = widened(input, where);
  const Tensor losses = by_sign(target, x, hinge(sub(options.margin, x, where), where), where);
  return reduced(op, losses, options.reduction, input.dtype(), where);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           MarginRankingLossOptions options, Where where) {
  if (autocast::widens(input1, input2, target)) {
    return margin_ranking_loss(widened(input1, where), widened(input2, where),
                               widened(target, where), options, where);
  }
  const char* const op = "margin_ranking_loss";
  check_vectors(op, "input1", input1, "input2", input2, where);
  check_floating_like(op, "target", target, input1, where);
  require_number(op, "margin", options.margin, where);
  static_cast<void>(broadcast_shapes(
      op, broadcast_shapes(op, input1.shape(), input2.shape(), where), target.shape(), where));
  const Tensor d = sub(widened(input2, where), widened(input1, where), where);
  const Tensor losses =
      hinge(add(mul(widened(target, where), d, where), options.margin, where), where);
  return reduced(op, losses, options.reduction, input1.dtype(), where);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             CosineEmbeddingLossOptions options, Where where) {
  if (autocast::widens(input1, input2, target)) {
    return cosine_embedding_loss(widened(input1, where), widened(input2, where),
                                 widened(target, where), options, where);
  }
  const char* const op = "cosine_embedding_loss";
  check_vectors(op, "input1", input1, "input2", input2, where);
  check_floating_like(op, "target", target, input1, where);
  check::same_shape(op, "input1", input1, "input2", input2, where);
  require_number(op, "margin", options.margin, where);
  if (input1.dim() < 1 || input1.dim() > 2 || target.dim() + 1 != input1.dim() ||
      (target.dim() == 1 && target.shape()[0] != input1.shape()[0])) {
    fail<ShapeError>(op, where, "needs inputs (N, D) or (D) and a target (N) or ()",
                     {{"input1", input1}, {"input2", input2}, {"target", target}});
  }
  // PyTorch's cosine here: 1e-12 added to the squares, no limit on the lengths.
  const Tensor a = widened(input1, where);
  const Tensor b = widened(input2, where);
  const auto squares = [&](const Tensor& x) {
    return add(sum(square(x, where), -1, false, where), 1e-12, where);
  };
  const Tensor lengths = sqrt(mul(squares(a), squares(b), where), where);
  const Tensor cosine = div(sum(mul(a, b, where), -1, false, where), lengths, where);
  const Tensor losses = by_sign(target, sub(1.0, cosine, where),
                                hinge(sub(cosine, options.margin, where), where), where);
  return reduced(op, losses, options.reduction, input1.dtype(), where);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           TripletMarginLossOptions options, Where where) {
  if (autocast::widens(anchor, positive, negative)) {
    return triplet_margin_loss(widened(anchor, where), widened(positive, where),
                               widened(negative, where), options, where);
  }
  const char* const op = "triplet_margin_loss";
  check_vectors(op, "anchor", anchor, "positive", positive, where);
  check_vectors(op, "anchor", anchor, "negative", negative, where);
  check_vectors(op, "positive", positive, "negative", negative, where);
  require_norm(op, options.p, where);
  require_number(op, "eps", options.eps, where);
  require_number(op, "margin", options.margin, where);
  if (anchor.dim() == 0 || positive.dim() == 0 || negative.dim() == 0) {
    fail<ShapeError>(op, where, "needs vectors",
                     {{"anchor", anchor}, {"positive", positive}, {"negative", negative}});
  }
  const PairwiseDistanceOptions norm{.p = options.p, .eps = options.eps};
  const Tensor a = widened(anchor, where);
  const Tensor p = widened(positive, where);
  const Tensor n = widened(negative, where);
  const Tensor near = distance(a, p, norm, where);
  Tensor far = distance(a, n, norm, where);
  if (options.swap) {
    far = minimum(far, distance(p, n, norm, where), where);
  }
  const Tensor losses = hinge(add(sub(near, far, where), options.margin, where), where);
  return reduced(op, losses, options.reduction, anchor.dtype(), where);
}

}  // namespace retrograd
