// Orders come from kernels; values are gathered by them, which is differentiable.
#include <retrograd/ops/sort.h>

#include <utility>

#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/reduce/sort.h>

namespace retrograd {

namespace {

// Checks the tensor and the dimension, and returns that from 0 on, and its length.
std::pair<std::size_t, std::int64_t> along(const Frame& call, const Tensor& x, std::int64_t dim) {
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  return {d, x.dim() == 0 ? 1 : x.shape()[d]};
}

Tensor order(const Tensor& x, std::size_t dim, std::int64_t count, bool descending) {
  return x.dim() == 0 ? zeros(count == 1 ? Shape{} : Shape{count}, {.dtype = int64})
                      : kernels::first_in_order(x, dim, count, descending);
}

// The k-th smallest from 0 on.
ValuesAndIndices kth(const Tensor& x, std::size_t d, std::int64_t k, bool nan_wins, bool keepdim) {
  if (x.dim() == 0) {
    const Tensor first = order(x, 0, 1, false);
    return {gather(x, 0, first), first};
  }
  return detail::values_at(x, static_cast<std::int64_t>(d),
                           kernels::kth_in_order(x, d, k, nan_wins), keepdim);
}

}  // namespace

ValuesAndIndices sort(const Tensor& x, std::int64_t dim, bool descending, Where where) {
  const Call call("sort", where, x, dim, descending);
  const auto [d, length] = along(call, x, dim);
  const Tensor indices = order(x, d, length, descending);
  return call.result(ValuesAndIndices{gather(x, dim, indices), indices});
}

Tensor argsort(const Tensor& x, std::int64_t dim, bool descending, Where where) {
  const Call call("argsort", where, x, dim, descending);
  const auto [d, length] = along(call, x, dim);
  return call.result(order(x, d, length, descending));
}

ValuesAndIndices topk(const Tensor& x, std::int64_t k, std::int64_t dim, const TopkOptions& options,
                      Where where) {
  const Call call("topk", where, x, k, dim, options);
  const auto [d, length] = along(call, x, dim);
  check::require<IndexError>(call, k >= 0 && k <= length && (x.dim() > 0 || k == 1), {{"input", x}},
                             "k is {}, but dimension {} has length {} [value-out-of-range]", k, d,
                             length);
  const Tensor indices = order(x, d, k, options.largest);
  return call.result(ValuesAndIndices{gather(x, dim, indices), indices});
}

ValuesAndIndices kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim, bool keepdim,
                          Where where) {
  const Call call("kthvalue", where, x, k, dim, keepdim);
  const auto [d, length] = along(call, x, dim);
  check::require<IndexError>(call, k >= 1 && k <= length, {{"input", x}},
                             "k is {}, but dimension {} has length {} [value-out-of-range]", k, d,
                             length);
  return call.result(kth(x, d, k - 1, false, keepdim));
}

ValuesAndIndices median(const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  const Call call("median", where, x, dim, keepdim);
  const auto [d, length] = along(call, x, dim);
  check::require<ShapeError>(call, length != 0, {{"input", x}},
                             "dimension {} has length 0, which has no middle [tensor-empty]", d);
  return call.result(kth(x, d, (length - 1) / 2, true, keepdim));
}

Tensor median(const Tensor& x, Where where) {
  const Call call("median", where, x);
  check::defined(call, "input", x);
  check::require<ShapeError>(call, x.numel() != 0, {{"input", x}},
                             "no elements have no middle [tensor-empty]");
  return call.result(kth(reshape(x, {x.numel()}), 0, (x.numel() - 1) / 2, true, false).values);
}

}  // namespace retrograd
