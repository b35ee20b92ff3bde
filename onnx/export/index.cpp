// Elements by a tensor of indices, or by a mask.
#include <retrograd/onnx/export/table.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

// x with a dimension, if it has none.
Value at_least_1d(Builder& b, const Step& s, std::size_t i) {
  return s.rank(i) == 0 ? b.reshaped(s.in(i), fixed({1})) : s.in(i);
}

std::int64_t dim_of(const Step& s, std::size_t i) {
  return s.rank(0) == 0 ? 0 : s.dim(i);
}

Value back(Builder& b, const Step& s, const Value& y) {
  return s.rank(0) == 0 ? b.reshaped(y, s.out_shape()) : y;
}

Value flat(Builder& b, const Value& x) {
  return b.reshaped(x, {{-1, Count::Kind::unknown}});
}

// x, dim, index.
Values gather(Builder& b, const Step& s, const Row& /*row*/) {
  const Value y = b.node("GatherElements", {at_least_1d(b, s, 0), at_least_1d(b, s, 2)},
                         {with("axis", dim_of(s, 1))});
  return {s.rank(2) == 0 ? b.reshaped(y, s.out_shape()) : y};
}

// x, dim, index, then a source, of which the part of the index's shape counts, or a number.
Values scatter(Builder& b, const Step& s, const Row& row) {
  const DType dtype = s.out_dtype();
  Value source;
  if (s.is_tensor(3)) {
    source = at_least_1d(b, s, 3);
    if (s.shape(3) != s.shape(2)) {
      Ints dims;
      for (std::size_t d = 0; d < s.rank(2); ++d) {
        dims.push_back(static_cast<std::int64_t>(d));
      }
      source = b.node("Slice",
                      {source, b.ints(Ints(dims.size(), 0)), b.counts(s.shape(2)), b.ints(dims)});
    }
  } else {
    const Counts shape = s.rank(2) == 0 ? fixed({1}) : s.shape(2);
    source = b.node("Expand", {b.number(s.scalar(3), dtype), b.counts(shape)});
  }
  Attributes attributes{with("axis", dim_of(s, 1))};
  if (row.op == "scatter_add") {
    attributes.push_back(with("reduction", "add"));
  }
  return {back(
      b, s,
      b.node("ScatterElements", {at_least_1d(b, s, 0), at_least_1d(b, s, 2), source}, attributes))};
}

// x, dim, index.
Values index_select(Builder& b, const Step& s, const Row& /*row*/) {
  return {back(b, s,
               b.node("Gather", {at_least_1d(b, s, 0), at_least_1d(b, s, 2)},
                      {with("axis", dim_of(s, 1))}))};
}

// Rows of dimension dim: x, dim, index, then a source of rows or a number, and alpha.
Values rows(Builder& b, const Step& s, const Row& row) {
  const DType dtype = s.out_dtype();
  const std::int64_t dim = dim_of(s, 1);
  const Count count = s.rank(2) == 0 ? Count{1} : s.shape(2)[0];
  Counts shape = s.rank(0) == 0 ? fixed({1}) : s.shape(0);
  shape[static_cast<std::size_t>(dim)] = count;
  Counts along(shape.size(), Count{1});
  along[static_cast<std::size_t>(dim)] = count;
  const Value size = b.counts(shape);
  const Value index = b.node("Expand", {b.reshaped(s.in(2), along), size});
  Value source;
  if (s.is_tensor(3)) {
    source = b.reshaped(s.in(3), shape);
  } else {
    source = b.node("Expand", {b.number(s.scalar(3), dtype), size});
  }
  Attributes attributes{with("axis", dim)};
  if (row.op == "index_add") {
    if (s.number(4) != 1) {
      source = b.node("Mul", {source, b.number(s.scalar(4), dtype)});
    }
    attributes.push_back(with("reduction", "add"));
  }
  return {back(b, s, b.node("ScatterElements", {at_least_1d(b, s, 0), index, source}, attributes))};
}

// indices, weight.
Values embedding(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Gather", {s.in(1), s.in(0)}, {with("axis", 0)})};
}

// Of all elements in order: x, index.
Values take(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Gather", {flat(b, s.in(0)), s.in(1)}, {with("axis", 0)})};
}

// x, num_classes.
Values one_hot(Builder& b, const Step& s, const Row& /*row*/) {
  const std::int64_t classes = s.integer(1);
  if (classes < 0) {
    throw Refused{"the number of classes depends on the data"};
  }
  const Value rows =
      b.node("OneHot", {at_least_1d(b, s, 0), b.number(classes, int64), b.ints({0, 1})});
  return {s.rank(0) == 0 ? b.reshaped(rows, s.out_shape()) : rows};
}

Values nonzero(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.permuted(b.node("NonZero", {at_least_1d(b, s, 0)}), {1, 0})};
}

// x, mask, which are expanded to one shape.
Values masked_select(Builder& b, const Step& s, const Row& /*row*/) {
  const auto expanded = [&](std::size_t i, std::size_t other) {
    return s.shape(i) == s.shape(other)
               ? s.in(i)
               : b.node("Expand", {s.in(i), b.node("Shape", {s.in(other)})});
  };
  const Value x = expanded(0, 1);
  const Value mask =
      s.shape(0) == s.shape(1) ? s.in(1) : b.node("Expand", {s.in(1), b.node("Shape", {x})});
  const Value all = s.shape(0) == s.shape(1) ? x : b.node("Expand", {x, b.node("Shape", {mask})});
  return {b.node("Compress", {flat(b, all), flat(b, mask)}, {with("axis", 0)})};
}

constexpr Row kRows[] = {
    {"embedding", embedding},
    {"gather", gather},
    {"index_add", rows},
    {"index_copy", rows},
    {"index_fill", rows},
    {"index_select", index_select},
    {"masked_select", masked_select, "", nullptr, true},
    {"nonzero", nonzero, "", nullptr, true},
    {"one_hot", one_hot},
    {"scatter", scatter},
    {"scatter_add", scatter},
    {"take", take},
};

}  // namespace

std::span<const Row> index_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
