/// @file
/// Attention.
#pragma once

#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of scaled_dot_product_attention().
struct AttentionOptions {
  /// Mask that broadcasts to (..., L, S): boolean, true where a query sees a key, or floating,
  /// added to the scores.
  Tensor attn_mask = {};
  /// Whether query i sees only keys 0 to i; not together with `attn_mask`.
  bool is_causal = false;
  std::optional<double> scale = {};  ///< Factor of the scores; `1 / sqrt(E)` by default.
  /// Dropout probability of the weights, in every mode, from the default generator.
  double dropout_p = 0;
};

/// Returns `softmax(query key^T scale) value`, with the softmax over the keys. A query that sees no
/// key gives NaN, as in PyTorch.
///
/// - `query`: (..., L, E)
/// - `key`: (..., S, E)
/// - `value`: (..., S, Ev)
/// - result: (..., L, Ev)
///
/// Leading dimensions broadcast. Blocks of scores are computed one after another, so that memory
/// grows with L + S. The gradient of a mask and second derivatives take all L S scores at once.
/// @code
/// const rg::Tensor q = rg::rand({2, 8, 10, 16});
/// rg::scaled_dot_product_attention(q, q, q, {.is_causal = true}).shape();  // [2, 8, 10, 16]
/// @endcode
/// @throws ShapeError if the shapes do not fit.
/// @throws DTypeError if `query` is not floating, or the dtypes differ.
/// @throws ValueError if `scale` is NaN, `dropout_p` is outside [0, 1], or `is_causal` meets a
/// mask.
RETROGRAD_API Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key,
                                                  const Tensor& value,
                                                  const AttentionOptions& options = {},
                                                  Where where = {});

}  // namespace retrograd
