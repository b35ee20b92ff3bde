// Attention by blocks of queries and keys, after T. Dao, "FlashAttention-2", 2023: a block of
// scores is in memory at a time.
#pragma once

#include <cstdint>

#include <retrograd/tensor/internal/batch_rows.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// So many queries, and so many keys, make a block.
inline constexpr std::int64_t kAttentionBlock = 256;

// query (..., L, E), key (..., S, E) and value (..., S, Ev) of one floating dtype. The mask is
// undefined or broadcasts to (..., L, S): boolean, true where a query sees a key, or floating.
struct AttentionInputs {
  const Tensor& query;
  const Tensor& key;
  const Tensor& value;
  const Tensor& mask;
};

struct AttentionRule {
  double scale;
  bool is_causal;
  double dropout_p;
  retrograd::detail::Numbers numbers;  // of the dropout, by weights in row-major order
};

struct Attention {
  Tensor output;     // (lead..., L, Ev), with the layout of the query
  Tensor log_total;  // (heads, L): of the exponentials of each query's scores; float32 for bfloat16
};
// `lead`: what the leading dimensions broadcast to.
Attention attention(const AttentionInputs& inputs, const Shape& lead, const AttentionRule& rule);

// Gradients of (lead..., L or S, E or Ev); those that are not needed are undefined.
struct AttentionGrads {
  Tensor query;
  Tensor key;
  Tensor value;
};
struct AttentionNeeds {
  bool query;
  bool key;
  bool value;
};
AttentionGrads attention_backward(const Tensor& grad, const AttentionInputs& inputs,
                                  const Attention& result, const Shape& lead,
                                  const AttentionRule& rule, const AttentionNeeds& needs);

}  // namespace retrograd::kernels
