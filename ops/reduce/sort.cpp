// Orders come from kernels; values are gathered by them, which is differentiable.
#include <retrograd/ops/sort.h>

#include <retrograd/ops/index.h>
#include <retrograd/ops/kernels/reduce/sort.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

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
ValuesAndIndices kth(const Tensor& x, std::size_t d, std::int64_t k, bool nan_wins, bool keepdim,
                     Where where) {
  const auto dim = static_cast<std::int64_t>(d);
  if (x.dim() == 0) {
    const Tensor first = order(x, 0, 1, false);
    return {gather(x, 0, first, where), first};
  }
  const Tensor indices = kernels::kth_in_order(x, d, k, nan_wins);
  const Tensor values = gather(x, dim, indices, where);
  return keepdim ? ValuesAndIndices{values, indices}
                 : ValuesAndIndices{squeeze(values, dim, where), squeeze(indices, dim, where)};
}

}  // namespace

ValuesAndIndices sort(const Tensor& x, std::int64_t dim, bool descending, Where where) {
  check::defined("sort", "input", x, where);
  const std::size_t d = check::dim("sort", x, dim, where);
  const Tensor indices = order(x, d, length_along(x, d), descending);
  return {gather(x, dim, indices, where), indices};
}

Tensor argsort(const Tensor& x, std::int64_t dim, bool descending, Where where) {
  check::defined("argsort", "input", x, where);
  const std::size_t d = check::dim("argsort", x, dim, where);
  return order(x, d, length_along(x, d), descending);
}

ValuesAndIndices topk(const Tensor& x, std::int64_t k, std::int64_t dim, const TopkOptions& options,
                      Where where) {
  check::defined("topk", "input", x, where);
  const std::size_t d = check::dim("topk", x, dim, where);
  const std::int64_t length = length_along(x, d);
  if (k < 0 || k > length || (x.dim() == 0 && k != 1)) {
    fail<IndexError>("topk", where,
                     "k is " + std::to_string(k) + ", but dimension " + std::to_string(d) +
                         " has length " + std::to_string(length),
                     {{"input", x}});
  }
  const Tensor indices = order(x, d, k, options.largest);
  return {gather(x, dim, indices, where), indices};
}

ValuesAndIndices kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim, bool keepdim,
                          Where where) {
  check::defined("kthvalue", "input", x, where);
  const std::size_t d = check::dim("kthvalue", x, dim, where);
  const std::int64_t length = length_along(x, d);
  if (k < 1 || k > length) {
    fail<IndexError>("kthvalue", where,
                     "k is " + std::to_string(k) + ", but dimension " + std::to_string(d) +
                         " has length " + std::to_string(length),
                     {{"input", x}});
  }
  return kth(x, d, k - 1, false, keepdim, where);
}

ValuesAndIndices median(const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  check::defined("median", "input", x, where);
  const std::size_t d = check::dim("median", x, dim, where);
  const std::int64_t length = length_along(x, d);
  if (length == 0) {
    fail<ShapeError>("median", where,
                     "dimension " + std::to_string(d) + " has length 0, which has no middle",
                     {{"input", x}});
  }
  return kth(x, d, (length - 1) / 2, true, keepdim, where);
}

Tensor median(const Tensor& x, Where where) {
  check::defined("median", "input", x, where);
  if (x.numel() == 0) {
    fail<ShapeError>("median", where, "no elements have no middle", {{"input", x}});
  }
  return median(reshape(x, {x.numel()}, where), 0, false, where).values;
}

}  // namespace retrograd
