#include <retrograd/ops/attention.h>

#include <cmath>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/dropout.h>
#include <retrograd/ops/internal/attention.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/shape.h>
#include <retrograd/ops/softmax.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

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

void check_mask(const char* op, const Tensor& query, const Tensor& key,
                const AttentionOptions& options, const Shape& scores, Where where) {
  const Tensor& mask = options.attn_mask;
  if (!mask.defined()) {
    return;
  }
  if (options.is_causal) {
    fail<ValueError>(op, where, "takes a mask or is_causal, not both", {{"attn_mask", mask}});
  }
  if (mask.dtype() != boolean) {
    check::same_dtype(op, "query", query, "attn_mask", mask, where);
  }
  if (!fits(mask, scores)) {
    fail<ShapeError>(op, where,
                     "attn_mask must broadcast to the scores' shape " + to_string(scores),
                     {{"query", query}, {"key", key}, {"attn_mask", mask}});
  }
}

}  // namespace

void check(const char* op, const Tensor& query, const Tensor& key, const Tensor& value,
           const AttentionOptions& options, Where where) {
  check::defined(op, "query", query, where);
  check::floating(op, query, where);
  check::defined(op, "key", key, where);
  check::defined(op, "value", value, where);
  check::same_dtype(op, "query", query, "key", key, where);
  check::same_dtype(op, "query", query, "value", value, where);
  if (query.dim() < 2 || key.dim() < 2 || value.dim() < 2 ||
      query.shape().back() != key.shape().back() || key.size(-2) != value.size(-2)) {
    fail<ShapeError>(op, where,
                     "needs a query (..., L, E), a key (..., S, E), a value (..., S, Ev)",
                     {{"query", query}, {"key", key}, {"value", value}});
  }
  const auto lead = [](const Tensor& x) {
    Shape shape = x.shape();
    shape.resize(shape.size() - 2);
    return shape;
  };
  Shape scores = broadcast_shapes(op, lead(query), lead(key), where);
  static_cast<void>(broadcast_shapes(op, scores, lead(value), where));
  scores.push_back(query.size(-2));
  scores.push_back(key.size(-2));
  check_mask(op, query, key, options, scores, where);
  if (options.scale && std::isnan(*options.scale)) {
    fail<ValueError>(op, where, "scale is nan", {{"query", query}});
  }
  if (!(options.dropout_p >= 0 && options.dropout_p <= 1)) {
    fail<ValueError>(op, where,
                     "dropout_p is " + number_text(options.dropout_p) + "; it must be in [0, 1]",
                     {{"query", query}});
  }
}

Tensor weights(const Tensor& query, const Tensor& key, const AttentionOptions& options,
               Where where) {
  const double length = static_cast<double>(query.shape().back());
  const double scale = options.scale.value_or(length > 0 ? 1 / std::sqrt(length) : 1.0);
  const Tensor scaled = mul(widened(query, where), scale, where);
  Tensor scores = matmul(scaled, transpose(widened(key, where), -2, -1, where), where);
  Tensor seen = widened(options.attn_mask, where);
  if (options.is_causal) {
    seen = ge(unsqueeze(arange(query.size(-2)), 1), arange(key.size(-2)), where);
  }
  if (seen.defined()) {
    scores = seen.dtype() == boolean ? retrograd::where(seen, scores, -INFINITY, where)
                                     : add(scores, seen, where);
  }
  const Tensor shares = softmax(scores, -1, where);
  return options.dropout_p > 0
             ? dropout(shares, options.dropout_p, true, default_generator(), where)
             : shares;
}

}  // namespace attention

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options, Where where) {
  if (autocast::applies(query, key, value, options.attn_mask)) {
    const detail::AutocastOff off;  // what is widened below stays so
    AttentionOptions lowered = options;
    lowered.attn_mask = autocast::lowered(options.attn_mask, where);
    return scaled_dot_product_attention(autocast::lowered(query, where),
                                        autocast::lowered(key, where),
                                        autocast::lowered(value, where), lowered, where);
  }
  attention::check("scaled_dot_product_attention", query, key, value, options, where);
  return matmul(attention::weights(query, key, options, where), widened(value, where), where)
      .to(query.dtype(), where);
}

}  // namespace retrograd
