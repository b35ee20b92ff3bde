#include <retrograd/ops/embedding.h>

#include <string>

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
  return call.record(
      {.output = kernels::take_rows(weight, indices, zeroed),
       .inputs = {weight},
       .saved = {indices},
       .backward = [count = weight.shape()[0], padding](const Backward& b) -> Gradients {
         return {add_up(b.grad, b.saved(0), count, padding)};
       }});
}

Tensor add_up(const Tensor& grad, const Tensor& indices, std::int64_t count, std::int64_t padding) {
  const Call call("embedding_weight_grad", {});
  return call.record({.output = kernels::sum_rows(grad, indices, count, padding),
                      .inputs = {grad},
                      .saved = {indices},
                      .backward = [padding](const Backward& b) -> Gradients {
                        return {rows(b.saved(0), b.grad, padding, padding)};
                      }});
}

}  // namespace

Tensor embedding(const Tensor& indices, const Tensor& weight,
                 std::optional<std::int64_t> padding_idx, Where where) {
  const Call call("embedding", where, indices, weight, padding_idx);
  check::dtype(call, "indices", indices, int64);
  check::defined(call, "weight", weight);
  if (!is_floating(weight.dtype())) {
    fail<DTypeError>(call, "needs a floating weight (float32, float64 or bfloat16)",
                     {{"indices", indices}, {"weight", weight}});
  }
  if (weight.dim() != 2 || indices.shape().size() == Shape::capacity) {
    fail<ShapeError>(call, "needs a weight (count, width) and indices of 7 dimensions at most",
                     {{"indices", indices}, {"weight", weight}});
  }
  const std::int64_t count = weight.shape()[0];
  if (indices.numel() > 0) {
    const auto [low, high] = kernels::index_range(indices);
    if (low < 0 || high >= count) {
      fail<IndexError>(call,
                       "index " + std::to_string(low < 0 ? low : high) +
                           " is out of range for a weight of " + std::to_string(count) + " rows",
                       {{"indices", indices}, {"weight", weight}});
    }
  }
  std::int64_t padding = kNone;
  if (padding_idx) {
    padding = *padding_idx < 0 ? *padding_idx + count : *padding_idx;
    if (padding < 0 || padding >= count) {
      fail<IndexError>(call,
                       "padding_idx " + std::to_string(*padding_idx) +
                           " is out of range for a weight of " + std::to_string(count) + " rows",
                       {{"indices", indices}, {"weight", weight}});
    }
  }
  return call.result(rows(indices, weight, kNone, padding));
}

}  // namespace retrograd
