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

/// Options of MultiheadAttention.
struct MultiheadAttentionOptions {
  bool bias = true;          ///< Whether the projections have biases.
  bool batch_first = false;  ///< Whether tensors are (N, L, E), instead of (L, N, E).
  DType dtype = float32;     ///< Element type of the parameters.
};

/// Options of one call of MultiheadAttention.
struct MultiheadAttentionCall {
  Tensor key_padding_mask = {};  ///< Boolean (N, S), true for keys that no query sees.
  bool need_weights = true;      ///< Whether the call returns attention weights too.
  /// Mask (L, S) or (N heads, L, S): boolean, true where a query does not see a key, or floating,
  /// added to the scores.
  Tensor attn_mask = {};
  bool average_attn_weights = true;  ///< Whether the weights are averaged over the heads.
};

/// Result of MultiheadAttention.
struct AttentionOutput {
  Tensor output;  ///< Output, of the query's shape.
  /// Attention weights (N, L, S), or (N, heads, L, S) if not averaged; undefined if not needed.
  Tensor weights;
};

/// Attention of several heads between a query, a key and a value of width E.
///
/// - query: (L, N, E), or (L, E) without a batch
/// - key, value: (S, N, E), or (S, E) without a batch
/// - result: output (L, N, E) and weights (N, L, S)
///
/// The input projection starts uniform after Xavier, and biases start at 0.
/// @code
/// nn::MultiheadAttention attention(64, 8, {.batch_first = true});
/// const rg::Tensor x = rg::rand({2, 10, 64});
/// const auto [output, weights] = attention(x, x, x);
/// @endcode
class RETROGRAD_API MultiheadAttention
    : public ModuleOf<AttentionOutput(const Tensor& query, const Tensor& key, const Tensor& value,
                                      const MultiheadAttentionCall& options)> {
 public:
  /// Makes the layer for width `embed_dim` and `num_heads` heads.
  /// @throws ValueError if a size is below 1, or `embed_dim` is not a multiple of `num_heads`.
  /// @throws DTypeError if `dtype` is not floating.
  MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads,
                     const MultiheadAttentionOptions& options = {}, Where where = {});

  /// Returns the parameters by name.
  Members members() override;
  /// Returns the layer and its arguments, as summaries show them.
  std::string describe() const override;

  /// Computes the attention of `query` to `key` and `value`.
  /// @throws ShapeError if a shape does not fit.
  /// @throws DTypeError if a dtype does not fit.
  AttentionOutput forward(const Tensor& query, const Tensor& key, const Tensor& value,
                          const MultiheadAttentionCall& options) override;
  /// Computes the self-attention of `x`, without weights.
  Tensor forward(const Tensor& x) override {
    return forward(x, x, x, {.need_weights = false}).output;
  }
  /// Returns the number of multiplications, each with an addition, of a call.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;
  /// Runs forward(); errors and tapes name the line of this call.
  AttentionOutput operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                             const MultiheadAttentionCall& options = {}, Where where = {}) {
    return ModuleOf::operator()(query, key, value, options, where);
  }

  Tensor in_proj_weight;  ///< Projections of query, key and value as rows, (3 E, E).
  Tensor in_proj_bias;    ///< Biases of these projections, (3 E), or undefined.
  Linear out_proj;        ///< Projection of the result.

 private:
  std::int64_t heads_;
  bool batch_first_;
};

}  // namespace retrograd::nn
