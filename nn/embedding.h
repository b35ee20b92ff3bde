/// @file
/// Vectors for the words of a vocabulary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options of `Embedding`, given as `{.name = value}`; omitted ones keep their defaults.
struct EmbeddingOptions {
  /// Row that starts at 0 and is not trained; a negative one counts from the end.
  std::optional<std::int64_t> padding_idx = {};
  DType dtype = float32;  ///< Element type of the parameters.
};

/// A table of vectors: output `[..., :]` is row `x[...]` of the weight, as `embedding()` computes
/// it.
///
/// An int64 input of any shape (...) gives an output (..., embedding_dim). The weight has shape
/// (num_embeddings, embedding_dim) and starts standard normal.
///
/// @code
/// nn::Embedding words(1000, 16);
/// Tensor y = words(tensor({3, 1, 4}, {.dtype = int64}));  // (3, 16)
/// @endcode
class RETROGRAD_API Embedding : public Module {
 public:
  /// Constructs a table with random rows.
  ///
  /// @throws ValueError if a size is not positive, or there is no row `padding_idx`.
  /// @throws DTypeError if `dtype` is not floating.
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingOptions options = {},
            Where where = {});
  Members members() override { return {{"weight", weight}}; }
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  Tensor weight;  ///< Weight (num_embeddings, embedding_dim).

 private:
  std::optional<std::int64_t> padding_idx_;
};

}  // namespace retrograd::nn
