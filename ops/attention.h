/// @file
/// Attention.
#pragma once

#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct AttentionOptions {
  /// Broadcasts to (..., L, S): boolean, true where a query sees a key, or floating, added to the
  /// scores.
  Tensor attn_mask = {};
  bool is_causal = false;            ///< Query i sees keys 0 to i alone; not together with a mask.
  std::optional<double> scale = {};  ///< Of the scores; 1 / sqrt(E) when left out.
  double dropout_p = 0;              ///< Of the weights, by the default generator, in any mode.
};

/// softmax(query key^T scale) value over the keys: query (..., L, E), key (..., S, E), value
/// (..., S, Ev) give (..., L, Ev); the dimensions in front broadcast. A query that sees no key
/// gives NaN, as in PyTorch. Throws ShapeError, DTypeError or ValueError.
RETROGRAD_API Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key,
                                                  const Tensor& value,
                                                  const AttentionOptions& options = {},
                                                  Where where = {});

}  // namespace retrograd
