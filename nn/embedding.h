/// @file
/// Vectors for words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options of Embedding.
struct EmbeddingOptions {
  /// Row that starts at 0 and is not trained; none by default.
  std::optional<std::int64_t> padding_idx = {};
  DType dtype = float32;  ///< Element type of the weight.
};

/// embedding() as a layer: the rows of `weight` that int64 indices name. The weight starts standard
/// normal.
/// @code nn::Embedding(10, 4)(rg::tensor({2, 0})).shape();  // [2, 4] @endcode
class RETROGRAD_API Embedding : public Module {
 public:
  /// Makes the layer with `num_embeddings` rows of width `embedding_dim`.
  /// @throws ValueError if a size is below 1, or `padding_idx` is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingOptions options = {},
            Where where = {});
  Members members() override { return {{"weight", weight}}; }
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  Tensor weight;  ///< Rows, (num_embeddings, embedding_dim).

 private:
  std::optional<std::int64_t> padding_idx_;
};

}  // namespace retrograd::nn
