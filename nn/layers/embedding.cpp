#include <retrograd/nn/embedding.h>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/layer.h>
#include <retrograd/nn/init.h>
#include <retrograd/ops/embedding.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

using namespace detail;

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim,
                     EmbeddingOptions options, Where where)
    : padding_idx_(options.padding_idx) {
  const Frame call("Embedding", where);
  require_positive(call, {{"num_embeddings", num_embeddings}, {"embedding_dim", embedding_dim}});
  require_floating(call, options.dtype);
  const std::int64_t padding = padding_idx_.value_or(0);
  check::require<ValueError>(call, -num_embeddings <= padding && padding < num_embeddings, {},
                             "padding_idx is {} but there are {} embeddings [index-out-of-range]",
                             padding, num_embeddings);
  const NoGradGuard unrecorded;
  const Shape shape{num_embeddings, embedding_dim};
  weight = SkipInitGuard::is_on() ? zeros(shape, {.dtype = options.dtype})
                                  : randn(shape, {.dtype = options.dtype});
  if (padding_idx_) {
    select(weight, 0, padding < 0 ? padding + num_embeddings : padding).fill_(0);
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
