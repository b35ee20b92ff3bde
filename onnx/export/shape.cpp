// Shapes, pieces and padding.
#include <algorithm>
#include <limits>
#include <numeric>

#include <retrograd/onnx/export/math.h>
#include <retrograd/onnx/export/table.h>

namespace retrograd::onnx::writing {

namespace {

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

Ints in_order(std::size_t rank) {
  Ints order(rank);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

// x under the shape of the result.
Values reshape(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.reshaped(s.in(0), s.out_shape())};
}

// x, a, b.
Values transpose(Builder& b, const Step& s, const Row& /*row*/) {
  Ints order = in_order(s.rank(0));
  if (!order.empty()) {
    std::swap(order[static_cast<std::size_t>(s.dim(1))], order[static_cast<std::size_t>(s.dim(2))]);
  }
  return {b.permuted(s.in(0), order)};
}

Values permute(Builder& b, const Step& s, const Row& /*row*/) {
  return {s.rank(0) == 0 ? s.in(0) : b.permuted(s.in(0), s.dims(1))};
}

// x, source, destination.
Values movedim(Builder& b, const Step& s, const Row& /*row*/) {
  if (s.ints(1).empty()) {
    return {s.in(0)};
  }
  const Ints from = s.dims(1);
  const Ints to = s.dims(2);
  Ints order(s.rank(0), -1);
  Ints others = in_order(s.rank(0));
  for (std::size_t i = 0; i < from.size(); ++i) {
    order[static_cast<std::size_t>(to[i])] = from[i];
    std::erase(others, from[i]);
  }
  auto next = others.begin();
  for (std::int64_t& each : order) {
    each = each < 0 ? *next++ : each;
  }
  return {b.permuted(s.in(0), order)};
}

Values squeeze(Builder& b, const Step& s, const Row& /*row*/) {
  const Counts shape = s.shape(0);
  Ints dims;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const auto dim = static_cast<std::int64_t>(d);
    if (shape[d] == Count{1} && (s.is_missing(1) || s.dim(1) == dim)) {
      dims.push_back(dim);
    }
  }
  return {dims.empty() ? s.in(0) : b.node("Squeeze", {s.in(0), b.ints(dims)})};
}

Values unsqueeze(Builder& b, const Step& s, const Row& /*row*/) {
  const std::int64_t dim = s.integer(1);
  return {
      b.node("Unsqueeze",
             {s.in(0), b.ints({dim < 0 ? dim + static_cast<std::int64_t>(s.rank(0)) + 1 : dim})})};
}

Values expand(Builder& b, const Step& s, const Row& /*row*/) {
  if (s.shape(0) == s.out_shape()) {
    return {s.in(0)};
  }
  return {b.node("Expand", {s.in(0), b.counts(s.out_shape())})};
}

Value slice_of(Builder& b, const Value& x, std::int64_t dim, const Value& start, const Value& end,
               std::int64_t step = 1) {
  return b.node("Slice", {x, start, end, b.ints({dim}), b.ints({step})});
}

// x, dim, start, end, step.
Values slice(Builder& b, const Step& s, const Row& /*row*/) {
  const Value start = s.is_missing(2) ? b.ints({0}) : b.counts(s.counts(2));
  const Value end = s.is_missing(3) ? b.ints({kEnd}) : b.counts(s.counts(3));
  return {slice_of(b, s.in(0), s.dim(1), start, end, s.integer(4))};
}

// x, dim, start, length.
Values narrow(Builder& b, const Step& s, const Row& /*row*/) {
  const Count start = s.counts(2)[0];
  const Count length = s.counts(3)[0];
  if (start.is_fixed() && length.is_fixed()) {
    const std::int64_t first = start.value < 0 ? start.value + s.length(0, s.dim(1)) : start.value;
    return {slice_of(b, s.in(0), s.dim(1), b.ints({first}), b.ints({first + length.value}))};
  }
  const Value first = b.count(start);
  return {slice_of(b, s.in(0), s.dim(1), first, b.node("Add", {first, b.count(length)}))};
}

// x, dim, index.
Values select(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Gather", {s.in(0), b.number(s.integer(2), int64)}, {with("axis", s.dim(1))})};
}

// The dimension is the last argument.
Values split(Builder& b, const Step& s, const Row& row) {
  const std::int64_t dim = s.dim(s.size() - 1);
  Counts lengths;
  for (std::size_t i = 0; i < s.outputs(); ++i) {
    lengths.push_back(row.op == "unbind" ? Count{1}
                                         : s.out_shape(i)[static_cast<std::size_t>(dim)]);
  }
  Values parts{s.in(0)};
  if (lengths.size() > 1) {
    parts = b.nodes("Split", {s.in(0), b.counts(lengths)}, lengths.size(), {with("axis", dim)});
  }
  for (Value& part : parts) {
    if (row.op == "unbind") {
      part = b.node("Squeeze", {part, b.ints({dim})});
    }
  }
  return parts;
}

// tensors, dim.
Values cat(Builder& b, const Step& s, const Row& row) {
  const auto rank = static_cast<std::int64_t>(s.out_shape().size());
  const std::int64_t given = s.integer(1);
  const std::int64_t dim = given < 0 ? given + rank : given;
  Values parts;
  for (const ValueId id : s.ids(0)) {
    if (row.op == "cat" && s.shape_of(id) == fixed({0}) && rank != 1) {
      continue;  // an empty tensor of one dimension fits all
    }
    const Value part = b.cast(s.name_of(id), s.dtype_of(id), s.out_dtype());
    parts.push_back(row.op == "stack" ? b.node("Unsqueeze", {part, b.ints({dim})}) : part);
  }
  return {b.joined(parts, dim)};
}

// x, repeats; for tile, ones are added to the shorter of both.
Values repeat(Builder& b, const Step& s, const Row& /*row*/) {
  Ints repeats = s.ints(1);
  Counts shape = s.shape(0);
  while (repeats.size() < shape.size()) {
    repeats.insert(repeats.begin(), 1);
  }
  Value x = s.in(0);
  if (shape.size() < repeats.size()) {
    shape.insert(shape.begin(), repeats.size() - shape.size(), Count{1});
    x = b.reshaped(x, shape);
  }
  return {repeats.empty() ? x : b.node("Tile", {x, b.ints(repeats)})};
}

Values flip(Builder& b, const Step& s, const Row& /*row*/) {
  if (s.ints(1).empty() || s.rank(0) == 0) {
    return {s.in(0)};
  }
  const Ints dims = s.dims(1);
  const auto all = [&](std::int64_t value) { return b.ints(Ints(dims.size(), value)); };
  return {b.node("Slice", {s.in(0), all(-1), all(-kEnd), b.ints(dims), all(-1)})};
}

// The last elements of a dimension are moved to its start.
Value rolled(Builder& b, const Value& x, std::int64_t dim, std::int64_t length,
             std::int64_t shift) {
  const std::int64_t by = length == 0 ? 0 : ((shift % length) + length) % length;
  if (by == 0) {
    return x;
  }
  const Value cut = b.ints({length - by});
  const Value last = slice_of(b, x, dim, cut, b.ints({kEnd}));
  return b.joined({last, slice_of(b, x, dim, b.ints({0}), cut)}, dim);
}

// x, shifts, dims.
Values roll(Builder& b, const Step& s, const Row& /*row*/) {
  const Ints shifts = s.ints(1);
  if (s.ints(2).empty()) {
    const Ints lengths = s.lengths(0);
    const std::int64_t count =
        std::accumulate(lengths.begin(), lengths.end(), std::int64_t{1}, std::multiplies<>());
    const Value flat = b.reshaped(s.in(0), fixed({count}));
    return {b.reshaped(rolled(b, flat, 0, count, shifts.at(0)), s.out_shape())};
  }
  const Ints dims = s.dims(2);
  Value x = s.in(0);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    x = rolled(b, x, dims[i], s.length(0, dims[i]), shifts[i]);
  }
  return {x};
}

// x, diagonal.
Values triangle(Builder& b, const Step& s, const Row& row) {
  return {b.node("Trilu", {s.in(0), b.number(s.integer(1), int64)},
                 {with("upper", row.op == "triu" ? 1 : 0)})};
}

// x, shape.
Values sum_to(Builder& b, const Step& s, const Row& /*row*/) {
  const Counts from = s.shape(0);
  const Counts to = s.out_shape();
  const std::size_t added = from.size() - to.size();
  Ints dims;
  for (std::size_t d = 0; d < from.size(); ++d) {
    if (d < added || from[d] != to[d - added]) {
      dims.push_back(static_cast<std::int64_t>(d));
    }
  }
  if (dims.empty()) {
    return {s.in(0)};
  }
  return {b.reshaped(b.node("ReduceSum", {s.in(0), b.ints(dims)}), to)};
}

constexpr Row kRows[] = {
    {"broadcast_to", expand}, {"cat", cat},
    {"chunk", split},         {"expand", expand},
    {"flatten", reshape},     {"flip", flip},
    {"movedim", movedim},     {"narrow", narrow},
    {"permute", permute},     {"repeat", repeat},
    {"reshape", reshape},     {"roll", roll},
    {"select", select},       {"slice", slice},
    {"split", split},         {"squeeze", squeeze},
    {"stack", cat},           {"sum_to", sum_to},
    {"swapaxes", transpose},  {"tile", repeat},
    {"transpose", transpose}, {"tril", triangle},
    {"triu", triangle},       {"unbind", split},
    {"unflatten", reshape},   {"unsqueeze", unsqueeze},
    {"view", reshape},
};

}  // namespace

std::span<const Row> shape_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
