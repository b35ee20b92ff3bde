// Advanced indexing: the indexed dimensions are brought together and joined to one, of which slices
// are selected, added to or replaced.
#include <algorithm>

#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/index/index.h>

namespace retrograd {

namespace {

// How indices read x.
struct Reading {
  Dims order;          // of the dimensions of x, the indexed ones side by side
  Shape shape;         // of x in that order
  Shape joined;        // the same with the indexed dimensions as one
  std::size_t at = 0;  // which of `joined`
  Shape result;
  Tensor places;  // along it: an int64 vector

  bool moved() const { return !std::is_sorted(order.begin(), order.end()); }
};

// One index tensor and the dimensions of x it stands for.
struct Entry {
  Tensor index;  // not negative
  std::int64_t size;
};

Tensor from_front(const Tensor& index, std::int64_t size) {
  return where(index < 0, index + size, index);
}

Entry masked_entry(const Frame& call, const Tensor& x, const Tensor& mask, std::size_t dim) {
  for (std::size_t d = 0; d < mask.shape().size(); ++d) {
    check::require<IndexError>(
        call, mask.shape()[d] == x.shape()[dim + d], {{"input", x}, {"mask", mask}},
        "the mask's dimension {} has length {}, the input's dimension {} has {}", d,
        mask.shape()[d], dim + d, x.shape()[dim + d]);
  }
  return {kernels::nonzero_positions(mask), mask.numel()};
}

// The indices of all entries as one, broadcast together.
Tensor joined_index(const Frame& call, const std::vector<Entry>& entries) {
  Shape shape = entries.front().index.shape();
  for (const Entry& entry : entries) {
    shape = broadcast_shapes(call.name(), shape, entry.index.shape());
  }
  Tensor all = entries.front().index;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    all = all * entries[i].size + entries[i].index;
  }
  return expand_operand(all, shape);
}

Reading reading_of(const Frame& call, const Tensor& x, const Indices& indices) {
  check::defined(call, "input", x);
  std::vector<Entry> entries;
  Dims indexed;
  Dims others;
  std::size_t dim = 0;
  for (const auto& index : indices) {
    std::size_t width = 1;
    if (index) {
      check::defined(call, "an index", *index);
      const bool is_mask = index->dtype() == boolean;
      check::require<DTypeError>(call, is_mask || index->dtype() == int64,
                                 {{"input", x}, {"index", *index}},
                                 "indices must be int64 or boolean masks");
      width = is_mask ? index->shape().size() : 1;
      check::require<ShapeError>(call, width > 0, {{"input", x}, {"mask", *index}},
                                 "a mask needs a dimension");
    }
    check::require<IndexError>(call, dim + width <= x.shape().size(), {{"input", x}},
                               "more indices than the input has dimensions");
    if (index && index->dtype() == boolean) {
      entries.push_back(masked_entry(call, x, *index, dim));
    } else if (index) {
      const std::int64_t size = x.shape()[dim];
      check::indices(call, x, *index, static_cast<std::int64_t>(dim), size, true);
      entries.push_back({from_front(*index, size), size});
    }
    for (const std::size_t end = dim + width; dim < end; ++dim) {
      (index ? indexed : others).push_back(static_cast<std::int64_t>(dim));
    }
  }
  check::require<ValueError>(call, !entries.empty(), {{"input", x}}, "needs at least one index");
  for (; dim < x.shape().size(); ++dim) {
    others.push_back(static_cast<std::int64_t>(dim));
  }
  const Tensor all = joined_index(call, entries);

  Reading r;
  const auto count = static_cast<std::int64_t>(indexed.size());
  const bool together = indexed.back() - indexed[0] == count - 1;
  r.at = together ? static_cast<std::size_t>(indexed[0]) : 0;
  r.order = others;
  for (std::size_t i = 0; i < indexed.size(); ++i) {
    r.order.insert(r.at + i, indexed[i]);
  }
  for (const std::int64_t d : r.order) {
    r.shape.push_back(x.size(d));
  }
  std::int64_t length = 1;
  for (const std::int64_t d : indexed) {
    length *= x.size(d);
  }
  for (const std::int64_t d : others) {
    r.result.push_back(x.size(d));
  }
  r.joined = r.result;
  r.joined.insert(r.at, length);
  check::rank(call, r.result.size() + all.shape().size(), x);
  for (std::size_t d = 0; d < all.shape().size(); ++d) {
    r.result.insert(r.at + d, all.shape()[d]);
  }
  check::numel(call, r.result, x.dtype());
  r.places = reshape(all, {all.numel()});
  return r;
}

Tensor joined(const Tensor& x, const Reading& r) {
  return reshape(r.moved() ? permute(x, r.order) : x, r.joined);
}

// What index_put writes: `values` in the shape of slices along the joined dimension.
Tensor slices_of(const Call& call, const Tensor& x, const Reading& r, const Operand& values) {
  Tensor given;
  if (values.is_tensor()) {
    given = values.tensor();
    call.inputs({{"input", x}, {"values", given, like_first}});
  } else {
    check::value(call, x, values.number());
    given = full({}, values.number(), {.dtype = x.dtype()});
  }
  check::require<ShapeError>(call,
                             broadcast_shapes(call.name(), r.result, given.shape()) == r.result,
                             {{"input", x}, {"values", given}},
                             "values do not broadcast to the indexed shape {}", r.result);
  Shape slices = r.joined;
  slices[r.at] = r.places.numel();
  return reshape(expand_operand(given, r.result), slices);
}

}  // namespace

Tensor index(const Tensor& x, const Indices& indices, Where where) {
  const Call call("index", where, x, indices);
  const Reading r = reading_of(call, x, indices);
  const auto at = static_cast<std::int64_t>(r.at);
  return call.result(reshape(index_select(joined(x, r), at, r.places), r.result));
}

Tensor index_put(const Tensor& x, const Indices& indices, const Operand& values, bool accumulate,
                 Where where) {
  const Call call("index_put", where, x, indices, values, accumulate);
  const Reading r = reading_of(call, x, indices);
  const Tensor slices = slices_of(call, x, r, values);
  const Tensor base = joined(x, r);
  const auto at = static_cast<std::int64_t>(r.at);
  const Tensor put =
      accumulate ? index_add(base, at, r.places, slices) : index_copy(base, at, r.places, slices);
  const Tensor apart = reshape(put, r.shape);
  return call.result(r.moved() ? permute(apart, inverse(r.order)) : apart);
}

Tensor take(const Tensor& x, const Tensor& index, Where where) {
  const Call call("take", where, x, index);
  check::defined(call, "input", x);
  check::dtype(call, "index", index, int64);
  check::indices(call, x, index, 0, x.numel(), true);
  const Tensor places = reshape(from_front(index, x.numel()), {index.numel()});
  return call.result(reshape(index_select(reshape(x, {x.numel()}), 0, places), index.shape()));
}

}  // namespace retrograd
