#include <retrograd/ops/loss_embedding.h>

#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/vector_norm.h>

namespace retrograd {

using namespace loss;

namespace {

Tensor distance(const Tensor& x1, const Tensor& x2, const PairwiseDistanceOptions& options) {
  return norm(x1 - x2 + options.eps, options.p, -1, options.keepdim);
}

// max(0, x), with the gradient passing at 0.
Tensor hinge(const Tensor& x) {
  return clamp(x, 0);
}

// `positive` where the target is 1, `negative` where it is -1, 0 elsewhere.
Tensor by_sign(const Tensor& target, const Tensor& positive, const Tensor& negative) {
  const Tensor t = target.detach();
  return where(t == 1, positive, where(t == -1, negative, 0));
}

}  // namespace

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, CosineSimilarityOptions options,
                         Where where) {
  const Call call("cosine_similarity", where, Cast::wide, x1, x2, options);
  const auto [one, two] = call.inputs({{"x1", x1, floating}, {"x2", x2, like_first}});
  require(call, options.eps > 0, "eps", options.eps, "above 0");
  const Shape shape = check::broadcast(call, {{"x1", x1}, {"x2", x2}});
  const Tensor a = expand_operand(one, shape);
  const Tensor b = expand_operand(two, shape);
  const Dims dims = static_cast<std::int64_t>(check::dim(call, a, options.dim));
  // The length is limited before the root, which has no derivative at 0.
  const auto unit = [&](const Tensor& x) {
    return x / sqrt(clamp(sum(square(x), dims, true), options.eps * options.eps));
  };
  return call.result(sum(unit(a) * unit(b), dims));
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, PairwiseDistanceOptions options,
                         Where where) {
  const Call call("pairwise_distance", where, Cast::wide, x1, x2, options);
  const auto [a, b] = call.inputs({{"x1", x1, floating}, {"x2", x2, like_first}});
  check::broadcast(call, {{"x1", x1}, {"x2", x2}});
  require(call, options.p > 0, "p", options.p, "above 0");
  require_number(call, "eps", options.eps);
  check::require<ShapeError>(call, a.dim() > 0 || b.dim() > 0, {{"x1", x1}, {"x2", x2}},
                             "needs vectors [rank-unexpected]");
  return call.result(distance(a, b, options));
}

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            HingeEmbeddingLossOptions options, Where where) {
  const Call call("hinge_embedding_loss", where, Cast::wide, input, target, options);
  const auto [x, t] = call.inputs({{"input", input, floating}, {"target", target, like_first}});
  check::same_shape(call, "input", input, "target", target);
  require_number(call, "margin", options.margin);
  return reduced(call, by_sign(t, x, hinge(options.margin - x)), options.reduction);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           MarginRankingLossOptions options, Where where) {
  const Call call("margin_ranking_loss", where, Cast::wide, input1, input2, target, options);
  const auto [a, b, t] = call.inputs({{"input1", input1, floating},
                                      {"input2", input2, like_first},
                                      {"target", target, like_first}});
  require_number(call, "margin", options.margin);
  check::broadcast(call, {{"input1", input1}, {"input2", input2}, {"target", target}});
  return reduced(call, hinge(t * (b - a) + options.margin), options.reduction);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             CosineEmbeddingLossOptions options, Where where) {
  const Call call("cosine_embedding_loss", where, Cast::wide, input1, input2, target, options);
  const auto [a, b, t] = call.inputs({{"input1", input1, floating},
                                      {"input2", input2, like_first},
                                      {"target", target, like_first}});
  check::same_shape(call, "input1", input1, "input2", input2);
  require_number(call, "margin", options.margin);
  check::require<ShapeError>(
      call,
      a.dim() >= 1 && a.dim() <= 2 && t.dim() + 1 == a.dim() &&
          (t.dim() == 0 || t.shape()[0] == a.shape()[0]),
      {{"input1", input1}, {"input2", input2}, {"target", target}},
      "needs inputs (N, D) or (D) and a target (N) or () [shape-unexpected]");
  // PyTorch's cosine here: 1e-12 added to the squares, no limit on the lengths.
  const auto squares = [](const Tensor& x) { return sum(square(x), -1) + 1e-12; };
  const Tensor cosine = sum(a * b, -1) / sqrt(squares(a) * squares(b));
  return reduced(call, by_sign(t, 1.0 - cosine, hinge(cosine - options.margin)), options.reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           TripletMarginLossOptions options, Where where) {
  const Call call("triplet_margin_loss", where, Cast::wide, anchor, positive, negative, options);
  const auto [a, p, n] = call.inputs({{"anchor", anchor, floating},
                                      {"positive", positive, like_first},
                                      {"negative", negative, like_first}});
  check::broadcast(call, {{"anchor", anchor}, {"positive", positive}, {"negative", negative}});
  require(call, options.p > 0, "p", options.p, "above 0");
  require_number(call, "eps", options.eps);
  require_number(call, "margin", options.margin);
  check::require<ShapeError>(call, a.dim() > 0 && p.dim() > 0 && n.dim() > 0,
                             {{"anchor", anchor}, {"positive", positive}, {"negative", negative}},
                             "needs vectors [rank-unexpected]");
  const PairwiseDistanceOptions norm{.p = options.p, .eps = options.eps};
  const Tensor near = distance(a, p, norm);
  const Tensor far =
      options.swap ? minimum(distance(a, n, norm), distance(p, n, norm)) : distance(a, n, norm);
  return reduced(call, hinge(near - far + options.margin), options.reduction);
}

}  // namespace retrograd
