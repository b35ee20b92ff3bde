// Diagonals: cutting them out and putting them into zeros are each other's backward.
#include <algorithm>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd {

namespace {

struct Position {
  std::int64_t offset;
  std::size_t dim1;
  std::size_t dim2;
};

// The diagonal of x as a view of the given kind.
template <class MakeView>
Tensor cut(const Tensor& x, const Position& position, MakeView&& make_view) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  const std::int64_t right = std::max<std::int64_t>(position.offset, 0);
  const std::int64_t down = std::max<std::int64_t>(-position.offset, 0);
  const std::int64_t length = std::max<std::int64_t>(
      0, std::min(shape[position.dim1] - down, shape[position.dim2] - right));
  const std::int64_t start =
      length == 0 ? 0 : down * strides[position.dim1] + right * strides[position.dim2];
  const std::int64_t step = strides[position.dim1] + strides[position.dim2];
  for (const std::size_t d :
       {std::max(position.dim1, position.dim2), std::min(position.dim1, position.dim2)}) {
    shape.erase(d);
    strides.erase(d);
  }
  shape.push_back(length);
  strides.push_back(step);
  return make_view(x, shape, strides, x.impl().offset + start);
}

Tensor cut_out(const Call& call, const Tensor& x, const Position& position);

// Zeros of the given shape with x on the diagonal.
Tensor put_into_zeros(const Call& call, const Tensor& x, const Shape& shape,
                      const Position& position) {
  const Tensor out = zeros(shape, {.dtype = x.dtype()});
  const auto view = [](const auto&... arguments) { return detail::view_within(arguments...); };
  kernels::copy(cut(out, position, view), x);
  return with_rule(call, x, out, [position](const Tensor& g) {
    return cut_out(Call("diagonal", {}), g, position);
  });
}

Tensor cut_out(const Call& call, const Tensor& x, const Position& position) {
  return with_rule(call, x, cut(x, position, tracked_view),
                   [position, shape = x.shape()](const Tensor& g) {
                     return put_into_zeros(Call("diag_embed", {}), g, shape, position);
                   });
}

// Checks dimensions of a tensor of `rank` dimensions, and an offset that no length overflows with.
Position checked_position(const Call& call, const Tensor& x, std::int64_t rank, std::int64_t offset,
                          std::int64_t dim1, std::int64_t dim2) {
  const std::size_t first = check::dim_of(call, x, dim1, rank);
  const std::size_t second = check::dim_of(call, x, dim2, rank);
  check::require<IndexError>(call, first != second, {{"input", x}},
                             "dimensions {} and {} are one and the same [dim-repeated]", dim1,
                             dim2);
  constexpr std::int64_t most = std::int64_t{1} << 62;
  return {std::clamp(offset, -most, most), first, second};
}

}  // namespace

Tensor diagonal(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2,
                Where where) {
  const Call call("diagonal", where, x, offset, dim1, dim2);
  check::defined(call, "input", x);
  check::require<ShapeError>(call, x.dim() >= 2, {{"input", x}},
                             "needs at least two dimensions [rank-unexpected]");
  return cut_out(call, x, checked_position(call, x, x.dim(), offset, dim1, dim2));
}

Tensor diag_embed(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2,
                  Where where) {
  const Call call("diag_embed", where, x, offset, dim1, dim2);
  check::defined(call, "input", x);
  check::require<ShapeError>(call, x.dim() > 0, {{"input", x}},
                             "needs at least one dimension [rank-unexpected]");
  const Position position = checked_position(call, x, x.dim() + 1, offset, dim1, dim2);
  check::rank(call, x.shape().size() + 1, x);
  const std::int64_t side =
      x.shape().back() + (position.offset < 0 ? -position.offset : position.offset);
  Shape shape = x.shape();
  shape.erase(shape.size() - 1);
  for (const std::size_t d :
       {std::min(position.dim1, position.dim2), std::max(position.dim1, position.dim2)}) {
    shape.insert(d, side);
  }
  check::numel(call, shape, x.dtype());
  return put_into_zeros(call, x, shape, position);
}

}  // namespace retrograd
