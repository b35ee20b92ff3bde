#include <retrograd/nn/embedding.h>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/embedding.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

using namespace detail;

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim,
                     EmbeddingOptions options, Where where)
    : padding_idx_(options.padding_idx) {
  require_positive("Embedding", "num_embeddings", num_embeddings, where);
  require_positive("Embedding", "embedding_dim", embedding_dim, where);
  require_floating("Embedding", options.dtype, where);
  if (padding_idx_ && (*padding_idx_ < -num_embeddings || *padding_idx_ >= num_embeddings)) {
    fail<ValueError>("Embedding", where,
                     "padding_idx is " + std::to_string(*padding_idx_) + " but there are " +
                         std::to_string(num_embeddings) + " embeddings");
  }
  const NoGradGuard unrecorded;
  weight =
      randn({num_embeddings, embedding_dim}, {.dtype = options.dtype}, default_generator(), where);
  if (padding_idx_) {
    const std::int64_t row = *padding_idx_ < 0 ? *padding_idx_ + num_embeddings : *padding_idx_;
    select(weight, 0, row, where).fill_(0);
  }
  weight.set_requires_grad(true, where);
}

Members Embedding::members() {
  return {{"weight", weight}};
}

Tensor Embedding::forward(const Tensor& x) {
  return embedding(x, weight, padding_idx_, CallSite::current());
}

std::string Embedding::describe() const {
  return "Embedding(" + std::to_string(weight.size(0)) + ", " + std::to_string(weight.size(1)) +
         ")";
}

}  // namespace retrograd::nn
