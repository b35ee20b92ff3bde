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
  const Frame call("Embedding", where);
  require_positive(call, "num_embeddings", num_embeddings);
  require_positive(call, "embedding_dim", embedding_dim);
  require_floating(call, options.dtype);
  if (padding_idx_ && (*padding_idx_ < -num_embeddings || *padding_idx_ >= num_embeddings)) {
    fail<ValueError>(call, "padding_idx is " + std::to_string(*padding_idx_) + " but there are " +
                               std::to_string(num_embeddings) + " embeddings");
  }
  const NoGradGuard unrecorded;
  weight = randn({num_embeddings, embedding_dim}, {.dtype = options.dtype});
  if (padding_idx_) {
    const std::int64_t row = *padding_idx_ < 0 ? *padding_idx_ + num_embeddings : *padding_idx_;
    select(weight, 0, row).fill_(0);
  }
  weight.set_requires_grad(true);
}

Tensor Embedding::forward(const Tensor& x) {
  return embedding(x, weight, padding_idx_);
}

std::string Embedding::describe() const {
  return described("Embedding", weight.size(0), weight.size(1));
}

}  // namespace retrograd::nn
