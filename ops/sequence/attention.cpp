#include <retrograd/ops/attention.h>

#include <array>
#include <cmath>
#include <vector>

#include <retrograd/ops/internal/attention.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/dropout.h>
#include <retrograd/ops/kernels/sequence/attention.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/softmax.h>

namespace retrograd {

namespace attention {

namespace {

// Returns what the leading dimensions broadcast to.
Shape check_arguments(const Call& call, const Tensor& query, const Tensor& key, const Tensor& value,
                      const AttentionOptions& options) {
  const std::initializer_list<ErrorArgument> inputs = {
      {"query", query}, {"key", key}, {"value", value}};
  const bool fit = query.dim() >= 2 && key.dim() >= 2 && value.dim() >= 2 &&
                   query.shape().back() == key.shape().back() && key.size(-2) == value.size(-2);
  check::require<ShapeError>(
      call, fit, inputs,
      "needs a query (..., L, E), a key (..., S, E), a value (..., S, Ev) [shape-unexpected]");
  const Shape common = check::broadcast(call, inputs, leading(query), leading(key));
  const Shape lead = check::broadcast(call, inputs, common, leading(value));
  Shape scores = lead;
  scores.push_back(query.size(-2));
  scores.push_back(key.size(-2));
  const Tensor& mask = options.attn_mask;
  if (mask.defined()) {
    check::require<ValueError>(call, !options.is_causal, {{"attn_mask", mask}},
                               "takes a mask or is_causal, not both [option-conflict]");
    if (mask.dtype() != boolean) {
      check::same_dtype(call, "query", query, "attn_mask", mask);
    }
    check::require<ShapeError>(call, broadcasts_to(mask.shape(), scores),
                               {{"query", query}, {"key", key}, {"attn_mask", mask}},
                               "attn_mask must broadcast to the scores' shape {} [shapes-differ]",
                               scores);
  }
  check::require<ValueError>(call, !options.scale || !std::isnan(*options.scale),
                             {{"query", query}}, "scale is nan [value-out-of-range]");
  check::require<ValueError>(
      call, options.dropout_p >= 0 && options.dropout_p <= 1, {{"query", query}},
      "dropout_p is {}; it must be in [0, 1] [value-out-of-range]", options.dropout_p);
  return lead;
}

double scale_of(const Tensor& query, const AttentionOptions& options) {
  const double length = static_cast<double>(query.shape().back());
  return options.scale.value_or(length > 0 ? 1 / std::sqrt(length) : 1.0);
}

// The softmax of the scores; float32 for bfloat16.
Tensor shares(const Tensor& query, const Tensor& key, const Tensor& mask, double scale,
              bool is_causal) {
  const Tensor scaled = widened(query) * scale;
  Tensor scores = matmul(scaled, transpose(widened(key), -2, -1));
  Tensor seen = widened(mask);
  if (is_causal) {
    seen = unsqueeze(arange(query.size(-2)), 1) >= arange(key.size(-2));
  }
  if (seen.defined()) {
    scores = seen.dtype() == boolean ? where(seen, scores, -INFINITY) : scores + seen;
  }
  return softmax(scores, -1);
}

// What dropout makes of the weights: 0, or 1 / (1 - p).
Tensor drops(const Shape& scores, DType dtype, const kernels::AttentionRule& rule) {
  const Tensor mask =
      kernels::random_mask(empty_tensor(scores, dtype), 1 - rule.dropout_p, rule.numbers);
  return mask.to(dtype) * (rule.dropout_p == 1 ? 0 : 1 / (1 - rule.dropout_p));
}

using Needed = std::array<bool, 4>;  // by input

// The twin of the fused backward: the same gradients from differentiable operators, in float32 at
// least.
Gradients composed_backward(const Backward& b, const kernels::AttentionRule& rule,
                            const Shape& lead, const Needed& needed) {
  const Tensor q = b.saved(0);
  const Tensor k = b.saved(1);
  const Tensor v = b.saved(2);
  const Tensor mask = b.saved(3);
  const Tensor grad = widened(b.grad);
  const Tensor weights = shares(q, k, mask, rule.scale, rule.is_causal);
  Tensor factors;
  if (rule.dropout_p > 0) {
    Shape scores = lead;
    scores.push_back(q.size(-2));
    scores.push_back(k.size(-2));
    factors = drops(scores, grad.dtype(), rule);
  }
  const auto dropped = [&](const Tensor& x) { return factors.defined() ? x * factors : x; };
  const auto like = [](const Tensor& gradient, const Tensor& x) {
    return sum_gradient_to(gradient, x.shape()).to(x.dtype());
  };
  const Tensor slopes = dropped(matmul(grad, transpose(widened(v), -2, -1)));
  const Tensor scores = weights * (slopes - sum(weights * slopes, -1, true));
  return Gradients(std::vector<Tensor>{
      needed[0] ? like(matmul(scores, widened(k)) * rule.scale, q) : Tensor(),
      needed[1] ? like(matmul(transpose(scores, -2, -1), widened(q) * rule.scale), k) : Tensor(),
      needed[2] ? like(matmul(transpose(dropped(weights), -2, -1), grad), v) : Tensor(),
      needed[3] ? like(scores, mask) : Tensor()});
}

Gradients backward(const Backward& b, const kernels::AttentionRule& rule) {
  const Tensor mask = b.saved(3);
  const Shape lead = leading(b.grad);
  const Needed needed{b.needs(0), b.needs(1), b.needs(2), mask.defined() && b.needs(3)};
  if (b.recorded()) {
    return composed_backward(b, rule, lead, needed);
  }
  // The gradient of a mask has the size of the scores anyway.
  Gradients gradients = needed[3] ? composed_backward(b, rule, lead, {false, false, false, true})
                                  : Gradients(std::vector<Tensor>(4));
  if (needed[0] || needed[1] || needed[2]) {
    const Tensor q = b.saved(0);
    const Tensor k = b.saved(1);
    const Tensor v = b.saved(2);
    const auto found =
        kernels::attention_backward(b.grad, {q, k, v, mask}, {b.saved(4), b.saved(5)}, lead, rule,
                                    {needed[0], needed[1], needed[2]});
    const auto like = [](const Tensor& gradient, const Tensor& x) {
      return gradient.defined() ? sum_gradient_to(gradient, x.shape()) : gradient;
    };
    gradients[0] = like(found.query, q);
    gradients[1] = like(found.key, k);
    gradients[2] = like(found.value, v);
  }
  return gradients;
}

}  // namespace

Tensor weights(const Tensor& query, const Tensor& key, const Tensor& mask) {
  return shares(query, key, mask, scale_of(query, {}), false);
}

}  // namespace attention

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options, Where where) {
  const Call call("scaled_dot_product_attention", where, Cast::downcast, query, key, value,
                  options);
  const auto [q, k, v, mask] = call.inputs({{"query", query, floating},
                                            {"key", key, like_first},
                                            {"value", value, like_first},
                                            {"attn_mask", options.attn_mask, optional}});
  AttentionOptions given = options;
  given.attn_mask = mask;
  const Shape lead = attention::check_arguments(call, q, k, v, given);
  kernels::AttentionRule rule{
      attention::scale_of(q, options), options.is_causal, options.dropout_p, {}};
  if (rule.dropout_p > 0) {
    Shape weights = lead;
    weights.push_back(q.size(-2));
    weights.push_back(k.size(-2));
    rule.numbers = kernels::take_mask(default_generator(), weights);
  }
  const kernels::Attention result = kernels::attention({q, k, v, mask}, lead, rule);
  return call.record(
      {.output = result.output,
       .inputs = {q, k, v, mask},
       .saved = {q, k, v, mask, result.output, result.log_total},
       .backward = [rule](const Backward& b) { return attention::backward(b, rule); }});
}

}  // namespace retrograd
