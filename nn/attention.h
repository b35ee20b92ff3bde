/// @file
/// Attention layers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/nn/linear.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options, given as {.name = value}; what is left out keeps its default.
struct MultiheadAttentionOptions {
  bool bias = true;          ///< The bias, or whether there is one.
  bool batch_first = false;  ///< (N, L, E) instead of (L, N, E).
  DType dtype = float32;     ///< Element type.
};

/// Options of one call, given as {.name = value}.
struct MultiheadAttentionCall {
  /// (N, S) boolean: true for keys that nobody sees.
  Tensor key_padding_mask = {};
  bool need_weights = true;  ///< Whether attention weights are given back too.
  /// (L, S) or (N heads, L, S): boolean, true where a query does NOT see a key, or floating, added
  /// to the scores.
  Tensor attn_mask = {};
  bool average_attn_weights = true;  ///< Over the heads.
};

/// What attention gives.
struct AttentionOutput {
  Tensor output;   ///< The output, for all steps. Of the query's shape.
  Tensor weights;  ///< (N, L, S), or (N, heads, L, S) when not averaged; undefined unless needed.
};

/// Attention of `num_heads` heads between a query (L, N, E), a key and a value (S, N, E), all of
/// width E; without a batch (L, E) and (S, E). The input projections are the rows of in_proj_weight
/// (3 E, E): query, key, value; it starts uniform after Xavier, the biases at 0. Throws ValueError
/// for sizes out of range.
class RETROGRAD_API MultiheadAttention
    : public ModuleOf<AttentionOutput(const Tensor& query, const Tensor& key, const Tensor& value,
                                      const MultiheadAttentionCall& options)> {
 public:
  /// Constructs it from what the class and its options describe.
  MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads,
                     const MultiheadAttentionOptions& options = {}, Where where = {});

  /// What the module owns, by name.
  Members members() override;
  /// The layer and its arguments, as summaries show it.
  std::string describe() const override;
  /// Computes what a call of the module gives.
  AttentionOutput forward(const Tensor& query, const Tensor& key, const Tensor& value,
                          const MultiheadAttentionCall& options) override;
  /// Self-attention.
  Tensor forward(const Tensor& x) override {
    return forward(x, x, x, {.need_weights = false}).output;
  }
  /// How many multiplications, each with an addition, a call does.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;
  /// Computes; errors and tapes name the line of this call.
  AttentionOutput operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                             const MultiheadAttentionCall& options = {}, Where where = {}) {
    return ModuleOf::operator()(query, key, value, options, where);
  }

  Tensor in_proj_weight;  ///< The projections of query, key and value, one below another.
  Tensor in_proj_bias;    ///< Undefined without.
  Linear out_proj;        ///< The projection of the result.

 private:
  std::int64_t heads_;
  bool batch_first_;
};

}  // namespace retrograd::nn
