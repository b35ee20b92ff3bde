// Copies in another order: repeat, flip, roll, triangles.
#include <algorithm>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/shape/rearrange.h>

namespace retrograd {

namespace {

// x has as many dimensions as there are repeats.
Tensor repeat_each(const Tensor& x, const Dims& repeats) {
  // A repeated dimension becomes two, (times, length); where that makes too many, the front ones
  // wait for another round.
  Dims later = Dims::filled(repeats.size(), 1);
  std::size_t room = Dims::capacity - repeats.size();
  Shape split;
  Shape wide;
  Shape joined = x.shape();
  for (std::size_t d = repeats.size(); d-- > 0;) {
    const std::int64_t size = x.shape()[d];
    const bool waits = repeats[d] != 1 && size != 1 && room == 0;
    const std::int64_t times = waits ? 1 : repeats[d];
    later[d] = waits ? repeats[d] : 1;
    split.insert(0, size);
    wide.insert(0, size == 1 ? times : size);
    joined[d] = size * times;
    if (times != 1 && size != 1) {
      split.insert(0, 1);
      wide.insert(0, times);
      --room;
    }
  }
  const Tensor once = reshape(expand(reshape(x, split), wide).contiguous(), joined);
  return later == Dims::filled(repeats.size(), 1) ? once : repeat_each(once, later);
}

Tensor repeated(const Call& call, const Tensor& x, const Dims& repeats) {
  Shape shape = x.shape();
  while (shape.size() < repeats.size()) {
    shape.insert(0, 1);
  }
  Shape result = shape;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    check::require<ValueError>(call, repeats[d] >= 0, {{"input", x}},
                               "negative number of repeats in {} [value-out-of-range]", repeats);
    check::require<ShapeError>(call, shape[d] == 0 || repeats[d] <= INT64_MAX / shape[d],
                               {{"input", x}}, "repeats {} overflow [too-many-elements]", repeats);
    result[d] *= repeats[d];
  }
  check::numel(call, result, x.dtype());
  const Tensor out = repeat_each(reshape(x, shape), repeats);
  return call.result(out.shares_memory_with(x) ? out.clone() : out);
}

Tensor rolled(const Call& call, const Tensor& x, const Dims& shifts) {
  return with_rule(call, x, kernels::roll(x, shifts), [shifts](const Tensor& g) {
    Dims back = shifts;
    for (std::size_t d = 0; d < back.size(); ++d) {
      back[d] = back[d] == 0 ? 0 : g.shape()[d] - back[d];
    }
    return rolled(Call("roll", {}), g, back);
  });
}

Tensor triangle(const Call& call, const Tensor& x, std::int64_t diagonal, bool lower) {
  check::defined(call, "input", x);
  check::require<ShapeError>(call, x.dim() >= 2, {{"input", x}},
                             "needs at least two dimensions [rank-unexpected]");
  // Far diagonals keep or drop everything; the limits keep sums with them in range.
  const std::int64_t limit = std::max(x.shape()[x.shape().size() - 2], x.shape().back()) + 1;
  const std::int64_t k = std::clamp(diagonal, -limit, limit);
  return with_rule(call, x, kernels::triangle(x, k, lower),
                   [k, lower](const Tensor& g) { return lower ? tril(g, k) : triu(g, k); });
}

}  // namespace

Tensor repeat(const Tensor& x, const Dims& repeats, Where where) {
  const Call call("repeat", where, x, repeats);
  check::defined(call, "input", x);
  check::require<ShapeError>(call, repeats.size() >= x.shape().size(), {{"input", x}},
                             "repeats {} need a number for each dimension [count-mismatch]",
                             repeats);
  return repeated(call, x, repeats);
}

Tensor tile(const Tensor& x, const Dims& repeats, Where where) {
  const Call call("tile", where, x, repeats);
  check::defined(call, "input", x);
  Dims all = repeats;
  while (all.size() < x.shape().size()) {
    all.insert(0, 1);
  }
  return repeated(call, x, all);
}

Tensor flip(const Tensor& x, const Dims& dims, Where where) {
  const Call call("flip", where, x, dims);
  check::defined(call, "input", x);
  const kernels::DimMask reversed = dims.empty() ? kernels::DimMask{} : check::dims(call, x, dims);
  return with_rule(call, x, kernels::flip(x, reversed),
                   [dims](const Tensor& g) { return flip(g, dims); });
}

Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims, Where where) {
  const Call call("roll", where, x, shifts, dims);
  check::defined(call, "input", x);
  check::require<ShapeError>(
      call, !shifts.empty() && shifts.size() == (dims.empty() ? 1 : dims.size()), {{"input", x}},
      "shifts {} and dimensions {}; one shift is needed for each dimension, or one alone "
      "[count-mismatch]",
      shifts, dims);
  if (dims.empty()) {
    return call.result(reshape(roll(flatten(x), shifts, 0), x.shape()));
  }
  Dims positions = Dims::filled(x.shape().size(), 0);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::size_t d = check::dim(call, x, dims[i]);
    const std::int64_t size = x.dim() == 0 ? 0 : x.shape()[d];
    if (size > 0) {
      const std::int64_t shift = shifts[i] % size;
      positions[d] = (positions[d] + (shift < 0 ? shift + size : shift)) % size;
    }
  }
  return rolled(call, x, positions);
}

Tensor tril(const Tensor& x, std::int64_t diagonal, Where where) {
  return triangle(Call("tril", where, x, diagonal), x, diagonal, true);
}

Tensor triu(const Tensor& x, std::int64_t diagonal, Where where) {
  return triangle(Call("triu", where, x, diagonal), x, diagonal, false);
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, GridIndexing indexing,
                             Where where) {
  const Call call("meshgrid", where, tensors, indexing);
  check::require<ShapeError>(call, !tensors.empty(), {},
                             "needs at least one tensor [count-mismatch]");
  check::defined(call, "a tensor of the list", tensors.front());
  check::rank(call, tensors.size(), tensors.front());
  Shape shape;
  for (const Tensor& tensor : tensors) {
    check::defined(call, "a tensor of the list", tensor);
    check::require<ShapeError>(call, tensor.dim() <= 1, {{"input", tensor}},
                               "needs vectors or scalars [rank-unexpected]");
    check::same_dtype(call, "the first", tensors.front(), "another", tensor);
    shape.push_back(tensor.numel());
  }
  const bool swapped = indexing == GridIndexing::xy && tensors.size() > 1;
  std::vector<Tensor> grids;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    Shape alone = Dims::filled(tensors.size(), 1);
    alone[i] = shape[i];
    const Tensor grid = expand(reshape(tensors[i], alone), shape);
    grids.push_back(swapped ? transpose(grid, 0, 1) : grid);
  }
  return call.result(grids);
}

}  // namespace retrograd
