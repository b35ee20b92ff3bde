// Attention layers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/nn/linear.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

struct MultiheadAttentionOptions {
  bool bias = true;
  bool batch_first = false;  // (N, L, E) instead of (L, N, E)
  DType dtype = float32;
};

struct MultiheadAttentionCall {
  // (N, S) boolean: true for keys that nobody sees.
  Tensor key_padding_mask = {};
  bool need_weights = true;
  // (L, S) or (N heads, L, S): boolean, true where a query does NOT see a key, or floating, added
  // to the scores.
  Tensor attn_mask = {};
  bool average_attn_weights = true;  // over the heads
};

struct AttentionOutput {
  Tensor output;   // of the query's shape
  Tensor weights;  // (N, L, S), or (N, heads, L, S) when not averaged; undefined unless needed
};

// Attention of `num_heads` heads between a query (L, N, E), a key and a value (S, N, E), all of
// width E; without a batch (L, E) and (S, E). The input projections are the rows of in_proj_weight
// (3 E, E): query, key, value; it starts uniform after Xavier, the biases at 0. Throws ValueError
// for sizes out of range.
class RETROGRAD_API MultiheadAttention
    : public ModuleOf<AttentionOutput(const Tensor& query, const Tensor& key, const Tensor& value,
                                      const MultiheadAttentionCall& options)> {
 public:
  MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads,
                     const MultiheadAttentionOptions& options = {}, Where where = {});

  Members members() override;
  std::string describe() const override;
  AttentionOutput forward(const Tensor& query, const Tensor& key, const Tensor& value,
                          const MultiheadAttentionCall& options) override;
  // Self-attention.
  Tensor forward(const Tensor& x) override {
    return forward(x, x, x, {.need_weights = false}).output;
  }
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;
  AttentionOutput operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                             const MultiheadAttentionCall& options = {}, Where where = {}) {
    return ModuleOf::operator()(query, key, value, options, where);
  }

  Tensor in_proj_weight;
  Tensor in_proj_bias;  // undefined without
  Linear out_proj;

 private:
  std::int64_t heads_;
  bool batch_first_;
};

}  // namespace retrograd::nn
