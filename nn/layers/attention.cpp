#include <retrograd/nn/attention.h>

#include <cmath>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/attention.h>
#include <retrograd/ops/internal/attention.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::nn {

using namespace detail;

namespace {

const char* const kLayer = "MultiheadAttention";

// What is added to the scores for a mask in which true hides.
Tensor as_added(const Tensor& mask, DType dtype, Where where) {
  if (mask.dtype() != boolean) {
    return widened(mask, where);
  }
  return retrograd::where(mask, -INFINITY, zeros({}, {.dtype = dtype}), where);
}

void check_call(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& weight,
                std::int64_t heads, bool batch_first, const MultiheadAttentionCall& options,
                Where where) {
  check::defined(kLayer, "query", query, where);
  check::defined(kLayer, "key", key, where);
  check::defined(kLayer, "value", value, where);
  check::same_dtype(kLayer, "query", query, "in_proj_weight", weight, where);
  check::same_dtype(kLayer, "query", query, "key", key, where);
  check::same_dtype(kLayer, "query", query, "value", value, where);
  const std::int64_t width = weight.size(1);
  const bool batched = query.dim() == 3;
  const std::size_t batch = batch_first ? 0 : 1;
  if ((!batched && query.dim() != 2) || key.dim() != query.dim() || value.shape() != key.shape() ||
      query.shape().back() != width || key.shape().back() != width ||
      (batched && key.shape()[batch] != query.shape()[batch])) {
    fail<ShapeError>(
        kLayer, where,
        std::string("needs ") +
            (batch_first ? "(N, L, E), (N, S, E), (N, S, E)" : "(L, N, E), (S, N, E), (S, N, E)") +
            " or (L, E), (S, E), (S, E) with E = " + std::to_string(width),
        {{"query", query}, {"key", key}, {"value", value}});
  }
  const std::int64_t rows = query.shape()[batched && batch_first ? 1 : 0];
  const std::int64_t keys = key.shape()[batched && batch_first ? 1 : 0];
  const std::int64_t count = batched ? query.shape()[batch] : 1;
  const Tensor& mask = options.attn_mask;
  if (mask.defined() && mask.shape() != Shape{rows, keys} &&
      mask.shape() != Shape{count * heads, rows, keys}) {
    fail<ShapeError>(kLayer, where, "attn_mask must be (L, S) or (N heads, L, S)",
                     {{"query", query}, {"key", key}, {"attn_mask", mask}});
  }
  if (mask.defined() && mask.dtype() != boolean) {
    check::same_dtype(kLayer, "query", query, "attn_mask", mask, where);
  }
  const Tensor& padding = options.key_padding_mask;
  if (padding.defined()) {
    check::dtype(kLayer, "key_padding_mask", padding, boolean, where);
    if (padding.shape() != (batched ? Shape{count, keys} : Shape{keys})) {
      fail<ShapeError>(kLayer, where, "key_padding_mask must be (N, S)",
                       {{"key", key}, {"key_padding_mask", padding}});
    }
  }
}

}  // namespace

MultiheadAttention::MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads,
                                       const MultiheadAttentionOptions& options, Where where)
    : out_proj((require_positive(kLayer, "embed_dim", embed_dim, where),
                require_floating(kLayer, options.dtype, where), embed_dim),
               embed_dim, {.bias = options.bias, .dtype = options.dtype}, where),
      heads_(num_heads),
      batch_first_(options.batch_first) {
  require_positive(kLayer, "num_heads", num_heads, where);
  if (embed_dim % num_heads != 0) {
    fail<ValueError>(kLayer, where,
                     "embed_dim " + std::to_string(embed_dim) + " does not split into " +
                         std::to_string(num_heads) + " heads");
  }
  // Xavier's bound is sqrt(6 / (fan_in + fan_out)), with E in and 3 E out.
  in_proj_weight = uniform_parameter({3 * embed_dim, embed_dim}, options.dtype, 1, where);
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
  return std::string(kLayer) + "(" + std::to_string(in_proj_weight.size(1)) + ", " +
         std::to_string(heads_) + ")";
}

Tensor MultiheadAttention::forward(const Tensor& x) {
  return run(x, x, x, {.need_weights = false}, CallSite::current()).output;
}

AttentionOutput MultiheadAttention::operator()(const Tensor& query, const Tensor& key,
                                               const Tensor& value,
                                               const MultiheadAttentionCall& options, Where where) {
  AttentionOutput found;
  found.output = call(
      {query, key, value},
      [&](const Tensor& first) {
        found = run(first, key, value, options, where);
        return found.output;
      },
      where);
  return found;
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

AttentionOutput MultiheadAttention::run(const Tensor& query, const Tensor& key, const Tensor& value,
                                        const MultiheadAttentionCall& options, Where where) {
  if (autocast::widens(query, key, value, options.attn_mask) && in_proj_weight.dtype() == float32) {
    MultiheadAttentionCall wide = options;
    wide.attn_mask = widened(options.attn_mask, where);
    return run(widened(query, where), widened(key, where), widened(value, where), wide, where);
  }
  check_call(query, key, value, in_proj_weight, heads_, batch_first_, options, where);
  const std::int64_t width = in_proj_weight.size(1);
  const bool batched = query.dim() == 3;
  // (N, length, E)
  const auto by_batch = [&](const Tensor& x) {
    return !batched ? unsqueeze(x, 0, where) : batch_first_ ? x : transpose(x, 0, 1, where);
  };
  const auto rows = [&](const Tensor& x, std::int64_t i) {
    return x.defined() ? slice(x, 0, i * width, (i + 1) * width, 1, where) : Tensor();
  };
  // (N, heads, length, E / heads)
  const auto projected = [&](const Tensor& x, std::int64_t i) {
    const Tensor y = linear(by_batch(x), rows(in_proj_weight, i), rows(in_proj_bias, i), where);
    const Shape split{y.shape()[0], y.shape()[1], heads_, width / heads_};
    return transpose(reshape(y, split, where), 1, 2, where);
  };
  const Tensor q = projected(query, 0);
  const Tensor k = projected(key, 1);
  const Tensor v = projected(value, 2);
  const std::int64_t count = q.shape()[0];
  const DType dtype = query.dtype() == bfloat16 ? float32 : query.dtype();
  Tensor mask;
  if (options.attn_mask.defined()) {
    mask = as_added(options.attn_mask, dtype, where);
    if (mask.dim() == 3) {
      mask = reshape(mask, {count, heads_, mask.shape()[1], mask.shape()[2]}, where);
    }
  }
  if (options.key_padding_mask.defined()) {
    const Tensor hidden = as_added(options.key_padding_mask, dtype, where);
    const Tensor padding = reshape(hidden, {count, 1, 1, k.shape()[2]}, where);
    mask = mask.defined() ? add(mask, padding, where) : padding;
  }
  const Tensor weights = attention::weights(q, k, {.attn_mask = mask}, where);
  const Tensor mixed = transpose(matmul(weights, widened(v, where), where), 1, 2, where);
  const Tensor joined = reshape(mixed, {count, q.shape()[2], width}, where);
  Tensor output = out_proj(joined.to(query.dtype(), where), where);
  output = !batched       ? squeeze(output, 0, where)
           : batch_first_ ? output
                          : transpose(output, 0, 1, where);
  if (!options.need_weights) {
    return {.output = output, .weights = {}};
  }
  Tensor shown = weights.to(query.dtype(), where);
  shown = options.average_attn_weights ? mean(shown, 1, false, where) : shown;
  return {.output = output, .weights = batched ? shown : squeeze(shown, 0, where)};
}

}  // namespace retrograd::nn
