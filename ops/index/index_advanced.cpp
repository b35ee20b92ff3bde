// Advanced indexing: the indexed dimensions are brought together and joined to one, of which slices
// are selected, added to or replaced.
#include <algorithm>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/index/index.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

// How indices read x.
struct Reading {
  Dims order;  // of the dimensions of x, the indexed ones side by side
  Dims back;   // the inverse
  bool moved = false;
  Shape shape;         // of x in that order
  Shape joined;        // the same with the indexed dimensions as one
  std::size_t at = 0;  // which of `joined`
  Shape result;
  Tensor places;  // along it: an int64 vector
};

// One index tensor and the dimensions of x it stands for.
struct Entry {
  Tensor index;  // not negative
  std::int64_t size;
};

Tensor from_front(const Tensor& index, std::int64_t size, Where where) {
  return retrograd::where(lt(index, 0, where), add(index, size, where), index, where);
}

Entry masked_entry(const char* op, const Tensor& x, const Tensor& mask, std::size_t dim,
                   Where where) {
  std::int64_t size = 1;
  for (std::size_t d = 0; d < mask.shape().size(); ++d) {
    if (mask.shape()[d] != x.shape()[dim + d]) {
      fail<IndexError>(op, where,
                       "the mask's dimension " + std::to_string(d) + " has length " +
                           std::to_string(mask.shape()[d]) + ", the input's dimension " +
                           std::to_string(dim + d) + " has " + std::to_string(x.shape()[dim + d]),
                       {{"input", x}, {"mask", mask}});
    }
    size *= mask.shape()[d];
  }
  return {kernels::nonzero_positions(mask), size};
}

// The indices of all entries as one, broadcast together.
Tensor joined_index(const char* op, const std::vector<Entry>& entries, Where where) {
  Shape shape = entries.front().index.shape();
  for (const Entry& entry : entries) {
    shape = broadcast_shapes(op, shape, entry.index.shape(), where);
  }
  Tensor all = entries.front().index;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    all = add(mul(all, entries[i].size, where), entries[i].index, where);
  }
  return expand_operand(all, shape, where);
}

Reading reading_of(const char* op, const Tensor& x, const Indices& indices, Where where) {
  check::defined(op, "input", x, where);
  std::vector<Entry> entries;
  Dims indexed;
  Dims others;
  std::size_t dim = 0;
  const auto refuse_too_many = [&] {
    fail<IndexError>(op, where, "more indices than the input has dimensions", {{"input", x}});
  };
  for (const auto& index : indices) {
    std::size_t width = 1;
    if (index) {
      check::defined(op, "an index", *index, where);
      if (index->dtype() != int64 && index->dtype() != boolean) {
        fail<DTypeError>(op, where, "indices must be int64 or boolean masks",
                         {{"input", x}, {"index", *index}});
      }
      width = index->dtype() == boolean ? index->shape().size() : 1;
      if (width == 0) {
        fail<ShapeError>(op, where, "a mask needs a dimension", {{"input", x}, {"mask", *index}});
      }
    }
    if (dim + width > x.shape().size()) {
      refuse_too_many();
    }
    if (!index) {
      others.push_back(static_cast<std::int64_t>(dim));
    } else if (index->dtype() == boolean) {
      entries.push_back(masked_entry(op, x, *index, dim, where));
    } else {
      const std::int64_t size = x.shape()[dim];
      check::indices(op, x, *index, static_cast<std::int64_t>(dim), size, true, where);
      entries.push_back({from_front(*index, size, where), size});
    }
    for (std::size_t d = 0; index && d < width; ++d) {
      indexed.push_back(static_cast<std::int64_t>(dim + d));
    }
    dim += width;
  }
  if (entries.empty()) {
    fail<ValueError>(op, where, "needs at least one index", {{"input", x}});
  }
  for (; dim < x.shape().size(); ++dim) {
    others.push_back(static_cast<std::int64_t>(dim));
  }
  const Tensor all = joined_index(op, entries, where);

  Reading r;
  const auto count = static_cast<std::int64_t>(indexed.size());
  const bool together = indexed.back() - indexed[0] == count - 1;
  r.at = together ? static_cast<std::size_t>(indexed[0]) : 0;
  r.order = others;
  for (std::size_t i = 0; i < indexed.size(); ++i) {
    r.order.insert(r.at + i, indexed[i]);
  }
  r.back = r.order;
  r.joined = others;
  r.result = others;
  std::int64_t length = 1;
  for (std::size_t d = 0; d < r.order.size(); ++d) {
    const auto from = static_cast<std::size_t>(r.order[d]);
    r.back[from] = static_cast<std::int64_t>(d);
    r.moved = r.moved || from != d;
    r.shape.push_back(x.shape()[from]);
    length *= d >= r.at && d < r.at + indexed.size() ? x.shape()[from] : 1;
  }
  for (std::size_t d = 0; d < others.size(); ++d) {
    r.joined[d] = r.result[d] = x.shape()[static_cast<std::size_t>(others[d])];
  }
  r.joined.insert(r.at, length);
  check::rank(op, r.result.size() + all.shape().size(), x, where);
  for (std::size_t d = 0; d < all.shape().size(); ++d) {
    r.result.insert(r.at + d, all.shape()[d]);
  }
  checked_numel(op, r.result, x.dtype(), where);
  r.places = reshape(all, {all.numel()}, where);
  return r;
}

Tensor joined(const Tensor& x, const Reading& r, Where where) {
  return reshape(r.moved ? permute(x, r.order, where) : x, r.joined, where);
}

// What index_put writes: `values` in the shape of slices along the joined dimension.
Tensor slices_of(const Tensor& x, const Reading& r, const Operand& values, Where where) {
  Tensor given;
  if (values.is_tensor()) {
    given = values.tensor();
    check::defined("index_put", "values", given, where);
    check::same_dtype("index_put", "input", x, "values", given, where);
  } else {
    check::value("index_put", x, values.number(), where);
    given = full({}, values.number(), {.dtype = x.dtype()});
  }
  if (broadcast_shapes("index_put", r.result, given.shape(), where) != r.result) {
    fail<ShapeError>("index_put", where,
                     "values do not broadcast to the indexed shape " + to_string(r.result),
                     {{"input", x}, {"values", given}});
  }
  Shape slices = r.joined;
  slices[r.at] = r.places.numel();
  return reshape(expand_operand(given, r.result, where), slices, where);
}

}  // namespace

Tensor index(const Tensor& x, const Indices& indices, Where where) {
  const Reading r = reading_of("index", x, indices, where);
  const auto at = static_cast<std::int64_t>(r.at);
  return reshape(index_select(joined(x, r, where), at, r.places, where), r.result, where);
}

Tensor index_put(const Tensor& x, const Indices& indices, const Operand& values, bool accumulate,
                 Where where) {
  const Reading r = reading_of("index_put", x, indices, where);
  const Tensor slices = slices_of(x, r, values, where);
  const Tensor base = joined(x, r, where);
  const auto at = static_cast<std::int64_t>(r.at);
  const Tensor put = accumulate ? index_add(base, at, r.places, slices, 1, where)
                                : index_copy(base, at, r.places, slices, where);
  const Tensor apart = reshape(put, r.shape, where);
  return r.moved ? permute(apart, r.back, where) : apart;
}

Tensor take(const Tensor& x, const Tensor& index, Where where) {
  check::defined("take", "input", x, where);
  check::dtype("take", "index", index, int64, where);
  check::indices("take", x, index, 0, x.numel(), true, where);
  const Tensor places = reshape(from_front(index, x.numel(), where), {index.numel()}, where);
  return reshape(index_select(reshape(x, {x.numel()}, where), 0, places, where), index.shape(),
                 where);
}

}  // namespace retrograd
