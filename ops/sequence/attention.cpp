#include <retrograd/ops/attention.h>

#include <cmath>

#include <retrograd/ops/dropout.h>
#include <retrograd/ops/internal/attention.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/softmax.h>

namespace retrograd {

namespace attention {

namespace {

void check_arguments(const Call& call, const Tensor& query, const Tensor& key, const Tensor& value,
                     const AttentionOptions& options) {
  const std::initializer_list<ErrorArgument> inputs = {
      {"query", query}, {"key", key}, {"value", value}};
  const bool fit = query.dim() >= 2 && key.dim() >= 2 && value.dim() >= 2 &&
                   query.shape().back() == key.shape().back() && key.size(-2) == value.size(-2);
  check::require<ShapeError>(
      call, fit, inputs,
      "needs a query (..., L, E), a key (..., S, E), a value (..., S, Ev) [shape-unexpected]");
  Shape scores = check::broadcast(call, inputs, leading(query), leading(key));
  check::broadcast(call, inputs, scores, leading(value));
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
}

}  // namespace

Tensor weights(const Tensor& query, const Tensor& key, const AttentionOptions& options) {
  const double length = static_cast<double>(query.shape().back());
  const double scale = options.scale.value_or(length > 0 ? 1 / std::sqrt(length) : 1.0);
  const Tensor scaled = widened(query) * scale;
  Tensor scores = matmul(scaled, transpose(widened(key), -2, -1));
  Tensor seen = widened(options.attn_mask);
  if (options.is_causal) {
    seen = unsqueeze(arange(query.size(-2)), 1) >= arange(key.size(-2));
  }
  if (seen.defined()) {
    scores = seen.dtype() == boolean ? where(seen, scores, -INFINITY) : scores + seen;
  }
  const Tensor shares = softmax(scores, -1);
  return options.dropout_p > 0 ? dropout(shares, options.dropout_p) : shares;
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
  attention::check_arguments(call, q, k, v, given);
  return call.result(matmul(attention::weights(q, k, given), widened(v)).to(q.dtype()));
}

}  // namespace retrograd
