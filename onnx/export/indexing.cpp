// Lists of indices, x(0, all, Slice{2, 5}).
#include <algorithm>
#include <limits>
#include <optional>

#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/indices.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

// As ops/index/indices_as_data.cpp writes one.
struct Entry {
  Index::Kind kind;
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> stop;
  std::int64_t step;
};

std::vector<Entry> entries_of(const Ints& numbers, std::size_t rank) {
  constexpr std::int64_t has_start = 8;
  constexpr std::int64_t has_stop = 16;
  std::vector<Entry> entries;
  std::size_t used = 0;
  for (std::size_t i = 0; i + 3 < numbers.size(); i += 4) {
    const auto kind = static_cast<Index::Kind>(numbers[i] % has_start);
    entries.push_back({.kind = kind, .start = {}, .stop = {}, .step = numbers[i + 3]});
    if ((numbers[i] & has_start) != 0 || kind == Index::Kind::number) {
      entries.back().start = numbers[i + 1];
    }
    if ((numbers[i] & has_stop) != 0) {
      entries.back().stop = numbers[i + 2];
    }
    used += kind == Index::Kind::others || kind == Index::Kind::added ? 0 : 1;
  }
  std::vector<Entry> spread;
  for (const Entry& entry : entries) {
    if (entry.kind != Index::Kind::others) {
      spread.push_back(entry);
      continue;
    }
    for (; used < rank; ++used) {
      spread.push_back({.kind = Index::Kind::all, .start = {}, .stop = {}, .step = 1});
    }
  }
  return spread;
}

// Indices by tensors, of the dimensions that are left of x.
struct Picked {
  Value x;
  std::size_t rank;
  Ints dims = {};
  Values tensors = {};
};

// The basic indices: numbers, ranges and new dimensions.
Picked basic(Builder& b, const Step& s, const Value& from) {
  constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
  Picked p{.x = from, .rank = s.rank(0)};
  const std::vector<ValueId> tensors = s.ids(2);
  std::size_t next = 0;
  std::int64_t d = 0;
  for (const Entry& entry : entries_of(s.ints(1), s.rank(0))) {
    switch (entry.kind) {
      case Index::Kind::number:
        p.x = b.node("Gather", {p.x, b.number(*entry.start, int64)}, {with("axis", d)});
        --p.rank;
        continue;
      case Index::Kind::added:
        p.x = b.node("Unsqueeze", {p.x, b.ints({d})});
        ++p.rank;
        break;
      case Index::Kind::slice:
        p.x = b.node("Slice",
                     {p.x, b.ints({entry.start.value_or(0)}), b.ints({entry.stop.value_or(end)}),
                      b.ints({d}), b.ints({entry.step})});
        break;
      case Index::Kind::tensor:
        if (s.dtype_of(tensors.at(next)) != int64) {
          throw Refused{"a mask picks a number of elements that depends on the data"};
        }
        if (s.shape_of(tensors[next]).empty()) {  // as a number
          p.x = b.node("Gather", {p.x, s.name_of(tensors[next++])}, {with("axis", d)});
          --p.rank;
          continue;
        }
        p.dims.push_back(d);
        p.tensors.push_back(s.name_of(tensors[next++]));
        break;
      default: break;
    }
    ++d;
  }
  return p;
}

// One tensor of indices takes the place of its dimension. Several broadcast, and come first unless
// their dimensions are neighbours.
Value picked(Builder& b, const Step& s, const Picked& p) {
  if (p.tensors.empty()) {
    return p.x;
  }
  if (p.tensors.size() == 1) {
    return b.node("Gather", {p.x, p.tensors[0]}, {with("axis", p.dims[0])});
  }
  Value shape;  // of all indices
  Value sum;
  for (const Value& tensor : p.tensors) {
    sum = sum.empty() ? tensor : b.node("Add", {sum, tensor});
  }
  shape = b.node("Shape", {sum});
  Values columns;
  for (const Value& tensor : p.tensors) {
    columns.push_back(b.node("Unsqueeze", {b.node("Expand", {tensor, shape}), b.ints({-1})}));
  }
  Ints order = p.dims;
  bool are_neighbours = true;
  for (std::size_t i = 1; i < p.dims.size(); ++i) {
    are_neighbours = are_neighbours && p.dims[i] == p.dims[i - 1] + 1;
  }
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(p.rank); ++d) {
    if (std::find(p.dims.begin(), p.dims.end(), d) == p.dims.end()) {
      order.push_back(d);
    }
  }
  const Value y =
      b.node("GatherND", {b.permuted(p.x, order), b.node("Concat", columns, {with("axis", -1)})});
  std::size_t common = 0;  // dimensions of all indices
  for (const ValueId id : s.ids(2)) {
    common = std::max(common, s.shape_of(id).size());
  }
  if (!are_neighbours || p.dims[0] == 0) {
    return y;
  }
  Ints back;
  const auto first = static_cast<std::int64_t>(common);
  for (std::int64_t d = 0; d < p.dims[0]; ++d) {
    back.push_back(first + d);
  }
  for (std::int64_t d = 0; d < first; ++d) {
    back.push_back(d);
  }
  const auto rank = first + static_cast<std::int64_t>(p.rank - p.dims.size());
  for (std::int64_t d = first + p.dims[0]; d < rank; ++d) {
    back.push_back(d);
  }
  return b.permuted(y, back);
}

// x, indices (two arguments).
Values index(Builder& b, const Step& s, const Row& /*row*/) {
  return {picked(b, s, basic(b, s, s.in(0)))};
}

// x, indices, values, accumulate: the same indices of the elements' numbers say where they go.
Values index_put(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.dtype(0);
  const Ints lengths = s.lengths(0);
  const Shape shape(lengths);
  std::int64_t count = 1;
  for (const std::int64_t length : lengths) {
    count *= length;
  }
  const Value numbers = b.constant(retrograd::reshape(arange(count), shape));
  const Value places = picked(b, s, basic(b, s, numbers));
  Value source = operand(b, s, 3, dtype);
  if (s.is_tensor(3)) {
    Counts given = s.shape(3);
    while (given.size() > s.out_shape().size() && given[0] == Count{1}) {
      given.erase(given.begin());
    }
    source = b.reshaped(source, given);
  }
  source = b.node("Expand", {source, b.node("Shape", {places})});
  const Value all = b.ints({-1});
  const Value y = b.node("ScatterElements",
                         {b.node("Reshape", {s.in(0), all}), b.node("Reshape", {places, all}),
                          b.node("Reshape", {source, all})},
                         s.flag(4) ? Attributes{with("axis", 0), with("reduction", "add")}
                                   : Attributes{with("axis", 0)});
  return {b.reshaped(y, fixed(lengths))};
}

constexpr Row kRows[] = {
    {"index", index},
    {"index_put", index_put},
    {"index_put_", index_put},
};

}  // namespace

std::span<const Row> indexing_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
