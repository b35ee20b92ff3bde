// Vectors for words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};  // this row starts at 0 and is not trained
  DType dtype = float32;
};

// Rows of `weight` (num_embeddings, embedding_dim) by int64 indices; starts standard normal.
class RETROGRAD_API Embedding : public Module {
 public:
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingOptions options = {},
            Where where = {});
  Members members() override { return {{"weight", weight}}; }
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  Tensor weight;

 private:
  std::optional<std::int64_t> padding_idx_;
};

}  // namespace retrograd::nn
