#include <retrograd/ops/attention.h>

#include <cmath>

#include <retrograd/ops/dropout.h>
#include <retrograd/ops/internal/attention.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/softmax.h>

namespace retrograd {

namespace attention {

namespace {

// Whether a mask broadcasts to the scores without making them larger.
bool fits(const Tensor& mask, const Shape& scores) {
  bool good = mask.shape().size() <= scores.size();
  for (std::size_t d = 0; good && d < mask.shape().size(); ++d) {
    const std::int64_t size = mask.shape()[d];
    good = size == 1 || size == scores[scores.size() - mask.shape().size() + d];
  }
  return good;
}

void check_mask(const Call& call, const Tensor& query, const Tensor& key,
                const AttentionOptions& options, const Shape& scores) {
  const Tensor& mask = options.attn_mask;
  if (!mask.defined()) {
    return;
  }
  if (options.is_causal) {
    fail<ValueError>(call, "takes a mask or is_causal, not both", {{"attn_mask", mask}});
  }
  if (mask.dtype() != boolean) {
    check::same_dtype(call, "query", query, "attn_mask", mask);
  }
  if (!fits(mask, scores)) {
    fail<ShapeError>(call, "attn_mask must broadcast to the scores' shape " + to_string(scores),
                     {{"query", query}, {"key", key}, {"attn_mask", mask}});
  }
}

void check_arguments(const Call& call, const Tensor& query, const Tensor& key, const Tensor& value,
                     const AttentionOptions& options) {
  if (query.dim() < 2 || key.dim() < 2 || value.dim() < 2 ||
      query.shape().back() != key.shape().back() || key.size(-2) != value.size(-2)) {
    fail<ShapeError>(call, "needs a query (..., L, E), a key (..., S, E), a value (..., S, Ev)",
                     {{"query", query}, {"key", key}, {"value", value}});
  }
  const auto lead = [](const Tensor& x) {
    Shape shape = x.shape();
    shape.resize(shape.size() - 2);
    return shape;
  };
  Shape scores = broadcast_shapes(call.name(), lead(query), lead(key));
  broadcast_shapes(call.name(), scores, lead(value));
  scores.push_back(query.size(-2));
  scores.push_back(key.size(-2));
  check_mask(call, query, key, options, scores);
  if (options.scale && std::isnan(*options.scale)) {
    fail<ValueError>(call, "scale is nan", {{"query", query}});
  }
  if (!(options.dropout_p >= 0 && options.dropout_p <= 1)) {
    fail<ValueError>(call,
                     "dropout_p is " + number_text(options.dropout_p) + "; it must be in [0, 1]",
                     {{"query", query}});
  }
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
