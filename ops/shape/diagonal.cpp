// Diagonals: cutting them out and putting them into zeros are each other's backward.
#include <algorithm>

#include <retrograd/ops/internal/operator.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd {

namespace {

struct Place {
  std::int64_t offset;
  std::size_t dim1;
  std::size_t dim2;
};

// The diagonal of x as a view of the given kind.
template <class MakeView>
Tensor cut(const Tensor& x, const Place& place, MakeView&& make_view) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  const std::int64_t right = std::max<std::int64_t>(place.offset, 0);
  const std::int64_t down = std::max<std::int64_t>(-place.offset, 0);
  const std::int64_t length =
      std::max<std::int64_t>(0, std::min(shape[place.dim1] - down, shape[place.dim2] - right));
  const std::int64_t start =
      length == 0 ? 0 : down * strides[place.dim1] + right * strides[place.dim2];
  const std::int64_t step = strides[place.dim1] + strides[place.dim2];
  for (const std::size_t d : {std::max(place.dim1, place.dim2), std::min(place.dim1, place.dim2)}) {
    shape.erase(d);
    strides.erase(d);
  }
  shape.push_back(length);
  strides.push_back(step);
  return make_view(x, shape, strides, x.impl().offset + start);
}

Tensor cut_out(const Call& call, const Tensor& x, const Place& place);

// Zeros of the given shape with x on the diagonal.
Tensor put_into_zeros(const Call& call, const Tensor& x, const Shape& shape, const Place& place) {
  const Tensor out = zeros(shape, {.dtype = x.dtype()});
  const auto view = [](const auto&... arguments) { return detail::view_within(arguments...); };
  kernels::copy(cut(out, place, view), x);
  return call.record(
      {.output = out, .inputs = {x}, .backward = [place](const Backward& b) -> Gradients {
         const Call back("diagonal", {});
         return {cut_out(back, b.grad, place)};
       }});
}

Tensor cut_out(const Call& call, const Tensor& x, const Place& place) {
  return call.record({.output = cut(x, place, tracked_view),
                      .inputs = {x},
                      .backward = [place, shape = x.shape()](const Backward& b) -> Gradients {
                        const Call back("diag_embed", {});
                        return {put_into_zeros(back, b.grad, shape, place)};
                      }});
}

// Checks dimensions of a tensor of `rank` dimensions, and an offset that no length overflows with.
Place checked_place(const Call& call, const Tensor& x, std::int64_t rank, std::int64_t offset,
                    std::int64_t dim1, std::int64_t dim2) {
  const std::int64_t first = static_cast<std::int64_t>(check::dim_of(call, x, dim1, rank));
  const std::int64_t second = static_cast<std::int64_t>(check::dim_of(call, x, dim2, rank));
  if (first == second) {
    fail<IndexError>(call,
                     "dimensions " + std::to_string(dim1) + " and " + std::to_string(dim2) +
                         " are one and the same",
                     {{"input", x}});
  }
  constexpr std::int64_t most = std::int64_t{1} << 62;
  return {std::clamp(offset, -most, most), static_cast<std::size_t>(first),
          static_cast<std::size_t>(second)};
}

}  // namespace

Tensor diagonal(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2,
                Where where) {
  const Call call("diagonal", where, x, offset, dim1, dim2);
  check::defined(call, "input", x);
  if (x.dim() < 2) {
    fail<ShapeError>(call, "needs at least two dimensions", {{"input", x}});
  }
  return cut_out(call, x, checked_place(call, x, x.dim(), offset, dim1, dim2));
}

Tensor diag_embed(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2,
                  Where where) {
  const Call call("diag_embed", where, x, offset, dim1, dim2);
  check::defined(call, "input", x);
  if (x.dim() == 0) {
    fail<ShapeError>(call, "needs at least one dimension", {{"input", x}});
  }
  const Place place = checked_place(call, x, x.dim() + 1, offset, dim1, dim2);
  check::rank(call, x.shape().size() + 1, x);
  const std::int64_t side = x.shape().back() + (place.offset < 0 ? -place.offset : place.offset);
  Shape shape = x.shape();
  shape.erase(shape.size() - 1);
  for (const std::size_t d : {std::min(place.dim1, place.dim2), std::max(place.dim1, place.dim2)}) {
    shape.insert(d, side);
  }
  check::numel(call, shape, x.dtype());
  return put_into_zeros(call, x, shape, place);
}

}  // namespace retrograd
