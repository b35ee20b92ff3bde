// Orders come from kernels; values are gathered by them, which is differentiable.
#include <retrograd/ops/sort.h>

#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/reduce/sort.h>

namespace retrograd {

namespace {

std::int64_t length_along(const Tensor& x, std::size_t dim) {
  return x.dim() == 0 ? 1 : x.shape()[dim];
}

Tensor order(const Tensor& x, std::size_t dim, std::int64_t count, bool descending) {
  return x.dim() == 0 ? zeros(count == 1 ? Shape{} : Shape{count}, {.dtype = int64})
                      : kernels::first_in_order(x, dim, count, descending);
}

// The k-th smallest from 0 on.
ValuesAndIndices kth(const Tensor& x, std::size_t d, std::int64_t k, bool nan_wins, bool keepdim) {
  const auto dim = static_cast<std::int64_t>(d);
  if (x.dim() == 0) {
    const Tensor first = order(x, 0, 1, false);
    return {gather(x, 0, first), first};
  }
  const Tensor indices = kernels::kth_in_order(x, d, k, nan_wins);
  const Tensor values = gather(x, dim, indices);
  return keepdim ? ValuesAndIndices{values, indices}
                 : ValuesAndIndices{squeeze(values, dim), squeeze(indices, dim)};
}

}  // namespace

ValuesAndIndices sort(const Tensor& x, std::int64_t dim, bool descending, Where where) {
  const Call call("sort", where, x, dim, descending);
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  const Tensor indices = order(x, d, length_along(x, d), descending);
  return call.result(ValuesAndIndices{gather(x, dim, indices), indices});
}

Tensor argsort(const Tensor& x, std::int64_t dim, bool descending, Where where) {
  const Call call("argsort", where, x, dim, descending);
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  return call.result(order(x, d, length_along(x, d), descending));
}

ValuesAndIndices topk(const Tensor& x, std::int64_t k, std::int64_t dim, const TopkOptions& options,
                      Where where) {
  const Call call("topk", where, x, k, dim, options);
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  const std::int64_t length = length_along(x, d);
  if (k < 0 || k > length || (x.dim() == 0 && k != 1)) {
    fail<IndexError>(call,
                     "k is " + std::to_string(k) + ", but dimension " + std::to_string(d) +
                         " has length " + std::to_string(length),
                     {{"input", x}});
  }
  const Tensor indices = order(x, d, k, options.largest);
  return call.result(ValuesAndIndices{gather(x, dim, indices), indices});
}

ValuesAndIndices kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim, bool keepdim,
                          Where where) {
  const Call call("kthvalue", where, x, k, dim, keepdim);
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  const std::int64_t length = length_along(x, d);
  if (k < 1 || k > length) {
    fail<IndexError>(call,
                     "k is " + std::to_string(k) + ", but dimension " + std::to_string(d) +
                         " has length " + std::to_string(length),
                     {{"input", x}});
  }
  return call.result(kth(x, d, k - 1, false, keepdim));
}

ValuesAndIndices median(const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  const Call call("median", where, x, dim, keepdim);
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  const std::int64_t length = length_along(x, d);
  if (length == 0) {
    fail<ShapeError>(call, "dimension " + std::to_string(d) + " has length 0, which has no middle",
                     {{"input", x}});
  }
  return call.result(kth(x, d, (length - 1) / 2, true, keepdim));
}

Tensor median(const Tensor& x, Where where) {
  const Call call("median", where, x);
  check::defined(call, "input", x);
  if (x.numel() == 0) {
    fail<ShapeError>(call, "no elements have no middle", {{"input", x}});
  }
  return call.result(kth(reshape(x, {x.numel()}), 0, (x.numel() - 1) / 2, true, false).values);
}

}  // namespace retrograd
