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

/// Options of `MultiheadAttention`, given as `{.name = value}`; omitted ones keep their defaults.
struct MultiheadAttentionOptions {
  bool bias = true;          ///< Adds learnable biases to the projections when true.
  bool batch_first = false;  ///< Uses shapes (N, L, E) when true, else (L, N, E).
  DType dtype = float32;     ///< Element type of the parameters.
};

/// Options of one call of `MultiheadAttention`, given as `{.name = value}`.
struct MultiheadAttentionCall {
  /// Boolean mask (N, S), or (S) without a batch: true for keys to ignore.
  Tensor key_padding_mask = {};
  bool need_weights = true;  ///< Returns the attention weights too when true.
  /// Mask (L, S) or (N heads, L, S): boolean, true for keys that a query ignores, or floating
  /// summands of the scores.
  Tensor attn_mask = {};
  bool average_attn_weights = true;  ///< Averages the returned weights over the heads when true.
};

/// The result of `MultiheadAttention`.
struct AttentionOutput {
  Tensor output;  ///< Output, of the query's shape.
  /// Attention weights (N, L, S), or (N, heads, L, S) if not averaged; undefined if not needed.
  Tensor weights;
};

/// Multi-head attention (Vaswani et al., "Attention is all you need", 2017).
///
/// Each head projects query, key and value to q, k and v of width d = E / heads, and computes
/// @code
/// softmax(q k^T / sqrt(d) + mask) v
/// @endcode
/// The results of the heads are joined and projected to the output.
///
/// The query is (L, N, E); key and value are (S, N, E). Without a batch, they are (L, E) and (S,
/// E). The weights of the input projections start uniform (Glorot and Bengio, 2010), and biases at
/// 0.
///
/// @code
/// nn::MultiheadAttention attention(64, 4, {.batch_first = true});
/// const auto [output, weights] = attention(query, key, value);
/// @endcode
class RETROGRAD_API MultiheadAttention
    : public ModuleOf<AttentionOutput(const Tensor& query, const Tensor& key, const Tensor& value,
                                      const MultiheadAttentionCall& options)> {
 public:
  /// Constructs a layer of width E = `embed_dim` with random weights.
  ///
  /// @throws ValueError if a size is not positive, or `embed_dim` does not split into `num_heads`
  ///   heads.
  /// @throws DTypeError if `dtype` is not floating.
  MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads,
                     const MultiheadAttentionOptions& options = {}, Where where = {});

  /// Returns the members of the module, by name.
  Members members() override;
  /// Returns the layer and its arguments, as summaries show it.
  std::string describe() const override;
  /// Returns the attention of `query` to `key` and `value`.
  ///
  /// @throws ShapeError if the shapes of the tensors or the masks do not fit.
  /// @throws DTypeError if dtypes differ, or `key_padding_mask` is not boolean.
  AttentionOutput forward(const Tensor& query, const Tensor& key, const Tensor& value,
                          const MultiheadAttentionCall& options) override;
  /// Returns the output of self-attention, in which query, key and value are `x`.
  Tensor forward(const Tensor& x) override {
    return forward(x, x, x, {.need_weights = false}).output;
  }
  /// Returns the number of multiply-adds of a call.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;
  /// Returns `forward(query, key, value, options)`. Errors and tapes name the line of this call.
  AttentionOutput operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                             const MultiheadAttentionCall& options = {}, Where where = {}) {
    return ModuleOf::operator()(query, key, value, options, where);
  }

  Tensor in_proj_weight;  ///< Projections of query, key and value, row after row: (3 E, E).
  Tensor in_proj_bias;    ///< Biases of these projections: (3 E), or undefined.
  Linear out_proj;        ///< Projection of the output.

 private:
  std::int64_t heads_;
  bool batch_first_;
};

}  // namespace retrograd::nn
