/// @file
/// Vectors for words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options, given as {.name = value}; what is left out keeps its default.
struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};  ///< This row starts at 0 and is not trained.
  DType dtype = float32;                         ///< Element type.
};

/// Rows of `weight` (num_embeddings, embedding_dim) by int64 indices; starts standard normal.
class RETROGRAD_API Embedding : public Module {
 public:
  /// Constructs it from what the class and its options describe.
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingOptions options = {},
            Where where = {});
  Members members() override { return {{"weight", weight}}; }
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  /// The weight, which is multiplied with the input; among a loss's options a factor for each class
  /// or element.
  Tensor weight;

 private:
  std::optional<std::int64_t> padding_idx_;
};

}  // namespace retrograd::nn
