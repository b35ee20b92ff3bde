#include <retrograd/ops/embedding.h>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/index/embedding.h>

namespace retrograd {

namespace {

using kernels::kNone;

Tensor add_up(const Tensor& grad, const Tensor& indices, std::int64_t count, std::int64_t padding);

// Rows by index. `zeroed` come out as 0, `padding` gets no gradient.
Tensor rows(const Tensor& indices, const Tensor& weight, std::int64_t zeroed,
            std::int64_t padding) {
  const Call call("embedding", {});
  return with_rule(call, weight, kernels::take_rows(weight, indices, zeroed), indices,
                   [count = weight.shape()[0], padding](const Tensor& g, const Tensor& at) {
                     return add_up(g, at, count, padding);
                   });
}

Tensor add_up(const Tensor& grad, const Tensor& indices, std::int64_t count, std::int64_t padding) {
  const Call call("embedding_weight_grad", {});
  return with_rule(
      call, grad, kernels::sum_rows(grad, indices, count, padding), indices,
      [padding](const Tensor& g, const Tensor& at) { return rows(at, g, padding, padding); });
}

}  // namespace

Tensor embedding(const Tensor& indices, const Tensor& weight,
                 std::optional<std::int64_t> padding_idx, Where where) {
  const Call call("embedding", where, indices, weight, padding_idx);
  check::dtype(call, "indices", indices, int64);
  check::defined(call, "weight", weight);
  check::require<DTypeError>(call, is_floating(weight.dtype()),
                             {{"indices", indices}, {"weight", weight}},
                             "needs a floating weight (float32, float64 or bfloat16); write 1.0 or "
                             "give .dtype, or convert with to() [not-floating]");
  check::require<ShapeError>(
      call, weight.dim() == 2 && indices.shape().size() < Shape::capacity,
      {{"indices", indices}, {"weight", weight}},
      "needs a weight (count, width) and indices of 7 dimensions at most [rank-unexpected]");
  const std::int64_t count = weight.shape()[0];
  const auto require = [&](bool holds, const char* name, std::int64_t row) {
    check::require<IndexError>(call, holds, {{"indices", indices}, {"weight", weight}},
                               "{} {} is out of range for a weight of {} rows [index-out-of-range]",
                               name, row, count);
  };
  if (indices.numel() > 0) {
    const auto [low, high] = kernels::index_range(indices);
    require(low >= 0 && high < count, "index", low < 0 ? low : high);
  }
  std::int64_t padding = kNone;
  if (padding_idx) {
    padding = *padding_idx < 0 ? *padding_idx + count : *padding_idx;
    require(padding >= 0 && padding < count, "padding_idx", *padding_idx);
  }
  return call.result(rows(indices, weight, kNone, padding));
}

}  // namespace retrograd
