// Copies in another order: repeat, flip, roll, triangles.
#include <algorithm>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/kernels/shape/rearrange.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

// x has as many dimensions as there are repeats.
Tensor repeat_each(const Tensor& x, const Dims& repeats, Where where) {
  // A repeated dimension becomes two, (times, length); where that makes too many, the front ones
  // wait for another round.
  Dims later = Dims::filled(repeats.size(), 1);
  std::size_t room = Dims::capacity - repeats.size();
  Shape split;
  Shape wide;
  Shape joined = x.shape();
  for (std::size_t d = repeats.size(); d-- > 0;) {
    const std::int64_t size = x.shape()[d];
    if (repeats[d] != 1 && size != 1 && room == 0) {
      later[d] = repeats[d];
      split.insert(0, size);
      wide.insert(0, size);
      continue;
    }
    split.insert(0, size);
    wide.insert(0, size == 1 ? repeats[d] : size);
    joined[d] = size * repeats[d];
    if (repeats[d] != 1 && size != 1) {
      split.insert(0, 1);
      wide.insert(0, repeats[d]);
      --room;
    }
  }
  const Tensor once =
      reshape(expand(reshape(x, split, where), wide, where).contiguous(where), joined, where);
  return later == Dims::filled(repeats.size(), 1) ? once : repeat_each(once, later, where);
}

Tensor repeated(const char* op, const Tensor& x, Dims repeats, Where where) {
  check::defined(op, "input", x, where);
  Shape shape = x.shape();
  while (shape.size() < repeats.size()) {
    shape.insert(0, 1);
  }
  Shape result = shape;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (repeats[d] < 0) {
      fail<ValueError>(op, where, "negative number of repeats in " + to_string(repeats),
                       {{"input", x}});
    }
    if (shape[d] > 0 && repeats[d] > INT64_MAX / shape[d]) {
      fail<ShapeError>(op, where, "repeats " + to_string(repeats) + " overflow", {{"input", x}});
    }
    result[d] *= repeats[d];
  }
  checked_numel(op, result, x.dtype(), where);
  const Tensor out = repeat_each(reshape(x, shape, where), repeats, where);
  return out.shares_memory_with(x) ? out.clone(where) : out;
}

Tensor rolled(const Tensor& x, const Dims& shifts, Where where) {
  return record({.op = "roll",
                 .where = where,
                 .output = kernels::roll(x, shifts),
                 .inputs = {x},
                 .backward = [shifts](const Backward& b) -> Gradients {
                   Dims back = shifts;
                   for (std::size_t d = 0; d < back.size(); ++d) {
                     back[d] = back[d] == 0 ? 0 : b.grad.shape()[d] - back[d];
                   }
                   return {rolled(b.grad, back, {})};
                 }});
}

Tensor triangle(const char* op, const Tensor& x, std::int64_t diagonal, bool lower, Where where) {
  check::defined(op, "input", x, where);
  if (x.dim() < 2) {
    fail<ShapeError>(op, where, "needs at least two dimensions", {{"input", x}});
  }
  // Far diagonals keep or drop everything; the limits keep sums with them in range.
  const std::int64_t limit = std::max(x.shape()[x.shape().size() - 2], x.shape().back()) + 1;
  const std::int64_t k = std::clamp(diagonal, -limit, limit);
  return record({.op = op,
                 .where = where,
                 .output = kernels::triangle(x, k, lower),
                 .inputs = {x},
                 .backward = [k, lower](const Backward& b) -> Gradients {
                   return {lower ? tril(b.grad, k) : triu(b.grad, k)};
                 }});
}

}  // namespace

Tensor repeat(const Tensor& x, const Dims& repeats, Where where) {
  check::defined("repeat", "input", x, where);
  if (repeats.size() < x.shape().size()) {
    fail<ShapeError>("repeat", where,
                     "repeats " + to_string(repeats) + " need a number for each dimension",
                     {{"input", x}});
  }
  return repeated("repeat", x, repeats, where);
}

Tensor tile(const Tensor& x, const Dims& repeats, Where where) {
  check::defined("tile", "input", x, where);
  Dims all = repeats;
  while (all.size() < x.shape().size()) {
    all.insert(0, 1);
  }
  return repeated("tile", x, all, where);
}

Tensor flip(const Tensor& x, const Dims& dims, Where where) {
  check::defined("flip", "input", x, where);
  kernels::DimMask reversed{};
  if (!dims.empty()) {
    reversed = check::dims("flip", x, dims, where);
  }
  return record(
      {.op = "flip",
       .where = where,
       .output = kernels::flip(x, reversed),
       .inputs = {x},
       .backward = [dims](const Backward& b) -> Gradients { return {flip(b.grad, dims)}; }});
}

Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims, Where where) {
  check::defined("roll", "input", x, where);
  if (shifts.empty() || (dims.empty() ? shifts.size() != 1 : shifts.size() != dims.size())) {
    fail<ShapeError>("roll", where,
                     "shifts " + to_string(shifts) + " and dimensions " + to_string(dims) +
                         "; one shift is needed for each dimension, or one alone",
                     {{"input", x}});
  }
  if (dims.empty()) {
    return reshape(roll(flatten(x, 0, -1, where), shifts, 0, where), x.shape(), where);
  }
  Dims places = Dims::filled(x.shape().size(), 0);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::size_t d = check::dim("roll", x, dims[i], where);
    const std::int64_t size = x.dim() == 0 ? 0 : x.shape()[d];
    if (size > 0) {
      const std::int64_t shift = shifts[i] % size;
      places[d] = (places[d] + (shift < 0 ? shift + size : shift)) % size;
    }
  }
  return rolled(x, places, where);
}

Tensor tril(const Tensor& x, std::int64_t diagonal, Where where) {
  return triangle("tril", x, diagonal, true, where);
}
Tensor triu(const Tensor& x, std::int64_t diagonal, Where where) {
  return triangle("triu", x, diagonal, false, where);
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, GridIndexing indexing,
                             Where where) {
  if (tensors.empty()) {
    fail<ShapeError>("meshgrid", where, "needs at least one tensor");
  }
  check::defined("meshgrid", "a tensor of the list", tensors.front(), where);
  check::rank("meshgrid", tensors.size(), tensors.front(), where);
  Shape shape;
  for (const Tensor& tensor : tensors) {
    check::defined("meshgrid", "a tensor of the list", tensor, where);
    if (tensor.dim() > 1) {
      fail<ShapeError>("meshgrid", where, "needs vectors or scalars", {{"input", tensor}});
    }
    check::same_dtype("meshgrid", "the first", tensors.front(), "another", tensor, where);
    shape.push_back(tensor.numel());
  }
  const bool swapped = indexing == GridIndexing::xy && tensors.size() > 1;
  std::vector<Tensor> grids;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    Shape alone = Dims::filled(tensors.size(), 1);
    alone[i] = shape[i];
    const Tensor grid = expand(reshape(tensors[i], alone, where), shape, where);
    grids.push_back(swapped ? transpose(grid, 0, 1, where) : grid);
  }
  return grids;
}

}  // namespace retrograd
