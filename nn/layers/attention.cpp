#include <retrograd/nn/attention.h>

#include <cmath>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/attention.h>
#include <retrograd/ops/internal/attention.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/logical.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::nn {

using namespace detail;

namespace {

const char* const kLayer = "MultiheadAttention";

// Both masks as one, (N or 1, heads or 1, L or 1, S): boolean, true where a query sees a key, or
// floating. The caller's booleans are true where they hide.
Tensor mask_of(const MultiheadAttentionCall& options, std::int64_t count, std::int64_t heads,
               std::int64_t keys, DType dtype) {
  Tensor mask = options.attn_mask;
  if (mask.defined()) {
    mask = mask.dtype() == boolean ? logical_not(mask) : mask.to(dtype);
    if (mask.dim() == 3) {
      mask = reshape(mask, {count, heads, mask.shape()[1], keys});
    }
  }
  if (!options.key_padding_mask.defined()) {
    return mask;
  }
  const Tensor seen = logical_not(reshape(options.key_padding_mask, {count, 1, 1, keys}));
  if (!mask.defined()) {
    return seen;
  }
  return mask.dtype() == boolean ? logical_and(mask, seen)
                                 : retrograd::where(seen, mask, -INFINITY);
}

void check_call(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& weight,
                std::int64_t heads, bool batch_first, const MultiheadAttentionCall& options) {
  const Frame call(kLayer, {});
  check::defined(call, "query", query);
  check::defined(call, "key", key);
  check::defined(call, "value", value);
  check::same_dtype(call, "query", query, "in_proj_weight", weight);
  check::same_dtype(call, "query", query, "key", key);
  check::same_dtype(call, "query", query, "value", value);
  const std::int64_t width = weight.size(1);
  const bool batched = query.dim() == 3;
  const std::size_t batch = batch_first ? 0 : 1;
  const bool fits = (batched || query.dim() == 2) && key.dim() == query.dim() &&
                    value.shape() == key.shape() && query.shape().back() == width &&
                    key.shape().back() == width &&
                    (!batched || key.shape()[batch] == query.shape()[batch]);
  check::require<ShapeError>(
      call, fits, {{"query", query}, {"key", key}, {"value", value}},
      "needs {} or (L, E), (S, E), (S, E) with E = {} [shape-unexpected]",
      batch_first ? "(N, L, E), (N, S, E), (N, S, E)" : "(L, N, E), (S, N, E), (S, N, E)", width);
  const std::int64_t rows = query.shape()[batched && batch_first ? 1 : 0];
  const std::int64_t keys = key.shape()[batched && batch_first ? 1 : 0];
  const std::int64_t count = batched ? query.shape()[batch] : 1;
  const Tensor& mask = options.attn_mask;
  check::require<ShapeError>(call,
                             !mask.defined() || mask.shape() == Shape{rows, keys} ||
                                 mask.shape() == Shape{count * heads, rows, keys},
                             {{"query", query}, {"key", key}, {"attn_mask", mask}},
                             "attn_mask must be (L, S) or (N heads, L, S) [shape-unexpected]");
  if (mask.defined() && mask.dtype() != boolean) {
    check::same_dtype(call, "query", query, "attn_mask", mask);
  }
  const Tensor& padding = options.key_padding_mask;
  if (padding.defined()) {
    check::dtype(call, "key_padding_mask", padding, boolean);
    check::require<ShapeError>(call,
                               padding.shape() == (batched ? Shape{count, keys} : Shape{keys}),
                               {{"key", key}, {"key_padding_mask", padding}},
                               "key_padding_mask must be (N, S) [shape-unexpected]");
  }
}

// The output's projection, once the arguments that it takes are checked.
Linear checked_projection(const Frame& call, std::int64_t embed_dim,
                          const MultiheadAttentionOptions& options) {
  require_positive(call, "embed_dim", embed_dim);
  require_floating(call, options.dtype);
  return Linear(embed_dim, embed_dim, {.bias = options.bias, .dtype = options.dtype});
}

}  // namespace

MultiheadAttention::MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads,
                                       const MultiheadAttentionOptions& options, Where where)
    : out_proj(checked_projection(Frame(kLayer, where), embed_dim, options)),
      heads_(num_heads),
      batch_first_(options.batch_first) {
  const Frame call(kLayer, where);
  require_positive(call, "num_heads", num_heads);
  check::require<ValueError>(call, embed_dim % num_heads == 0, {},
                             "embed_dim {} does not split into {} heads [groups-uneven]", embed_dim,
                             num_heads);
  // Xavier's bound is sqrt(6 / (fan_in + fan_out)), with E in and 3 E out.
  in_proj_weight = uniform_parameter({3 * embed_dim, embed_dim}, options.dtype, 1);
  in_proj_weight.detach().mul_(std::sqrt(1.5 / static_cast<double>(embed_dim)));
  if (options.bias) {
    in_proj_bias = zeros({3 * embed_dim}, {.dtype = options.dtype, .requires_grad = true});
    out_proj.bias.detach().zero_();
  }
}

Members MultiheadAttention::members() {
  return {
      {"in_proj_weight", in_proj_weight}, {"in_proj_bias", in_proj_bias}, {"out_proj", out_proj}};
}

std::string MultiheadAttention::describe() const {
  return described(kLayer, in_proj_weight.size(1), heads_);
}

// Three projections, the scores, and the values times these; out_proj counts for itself.
std::int64_t MultiheadAttention::multiply_adds(const std::vector<Shape>& inputs,
                                               const Shape&) const {
  const Shape& query = inputs.front();
  const Shape& key = inputs.size() > 1 ? inputs[1] : query;
  const std::int64_t keys = key[key.size() == 3 && batch_first_ ? 1 : 0];
  const std::int64_t width = in_proj_weight.shape()[1];
  return (count(query) + 2 * count(key)) * width + 2 * count(query) * keys;
}

AttentionOutput MultiheadAttention::forward(const Tensor& query, const Tensor& key,
                                            const Tensor& value,
                                            const MultiheadAttentionCall& options) {
  if (autocast_widens(query, key, value, options.attn_mask) && in_proj_weight.dtype() == float32) {
    MultiheadAttentionCall wide = options;
    wide.attn_mask = widened(options.attn_mask);
    return forward(widened(query), widened(key), widened(value), wide);
  }
  check_call(query, key, value, in_proj_weight, heads_, batch_first_, options);
  const std::int64_t width = in_proj_weight.size(1);
  const bool batched = query.dim() == 3;
  // (N, length, E)
  const auto batch_first = [&](const Tensor& x) {
    return !batched ? unsqueeze(x, 0) : batch_first_ ? x : transpose(x, 0, 1);
  };
  const auto rows = [&](const Tensor& x, std::int64_t i) {
    return x.defined() ? slice(x, 0, i * width, (i + 1) * width) : Tensor();
  };
  // (N, heads, length, E / heads)
  const auto projected = [&](const Tensor& x, std::int64_t i) {
    const Tensor y = linear(batch_first(x), rows(in_proj_weight, i), rows(in_proj_bias, i));
    const Shape split{y.shape()[0], y.shape()[1], heads_, width / heads_};
    return transpose(reshape(y, split), 1, 2);
  };
  const Tensor q = projected(query, 0);
  const Tensor k = projected(key, 1);
  const Tensor v = projected(value, 2);
  const Tensor mask = mask_of(options, q.shape()[0], heads_, k.shape()[2], q.dtype());
  Tensor weights;
  Tensor mixed;
  if (options.need_weights) {
    weights = attention::weights(q, k, mask);
    mixed = matmul(weights, widened(v)).to(query.dtype());
  } else {
    mixed = scaled_dot_product_attention(q, k, v, {.attn_mask = mask});
  }
  const Tensor joined = reshape(transpose(mixed, 1, 2), {q.shape()[0], q.shape()[2], width});
  Tensor output = out_proj(joined);
  output = !batched ? squeeze(output, 0) : batch_first_ ? output : transpose(output, 0, 1);
  if (!options.need_weights) {
    return {.output = output, .weights = {}};
  }
  Tensor shown = weights.to(query.dtype());
  shown = options.average_attn_weights ? mean(shown, 1) : shown;
  return {.output = output, .weights = batched ? shown : squeeze(shown, 0)};
}

}  // namespace retrograd::nn
