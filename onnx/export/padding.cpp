// Padding and diagonals.
#include <algorithm>
#include <cstdlib>
#include <limits>

#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/pad.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

Value part(Builder& b, const Value& x, std::int64_t dim, std::int64_t start, std::int64_t end) {
  return b.node("Slice", {x, b.ints({start}), b.ints({end}), b.ints({dim})});
}

// Elements of the other end on both sides; a negative number cuts.
Value wrapped(Builder& b, const Value& given, std::int64_t dim, std::int64_t before,
              std::int64_t after) {
  Value x = given;
  if (before < 0 || after < 0) {
    x = part(b, given, dim, std::max<std::int64_t>(-before, 0), after < 0 ? after : kEnd);
  }
  Values parts;
  if (before > 0) {
    parts.push_back(part(b, x, dim, -before, kEnd));
  }
  parts.push_back(x);
  if (after > 0) {
    parts.push_back(part(b, x, dim, 0, after));
  }
  return b.joined(parts, dim);
}

// x, padding from the last dimension on; mode, value.
Values pad(Builder& b, const Step& s, const Row& /*row*/) {
  const auto mode = static_cast<PaddingMode>(s.integer(2));
  const Ints padding = s.ints(1);
  const std::size_t rank = s.rank(0);
  Ints pads(2 * rank, 0);
  for (std::size_t i = 0; i < padding.size() / 2; ++i) {
    pads[rank - 1 - i] = padding[2 * i];
    pads[2 * rank - 1 - i] = padding[2 * i + 1];
  }
  if (mode == PaddingMode::circular) {
    Value x = s.in(0);
    for (std::size_t d = 0; d < rank; ++d) {
      if (pads[d] != 0 || pads[rank + d] != 0) {
        x = wrapped(b, x, static_cast<std::int64_t>(d), pads[d], pads[rank + d]);
      }
    }
    return {x};
  }
  if (mode == PaddingMode::constant) {
    return {b.node("Pad", {s.in(0), b.ints(pads), b.number(s.scalar(3), s.out_dtype())})};
  }
  return {b.node("Pad", {s.in(0), b.ints(pads)},
                 {with("mode", mode == PaddingMode::reflect ? "reflect" : "edge")})};
}

// Dimensions in order, except two that come last.
Ints with_last(std::size_t rank, std::int64_t first, std::int64_t second) {
  Ints order;
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(rank); ++d) {
    if (d != first && d != second) {
      order.push_back(d);
    }
  }
  order.insert(order.end(), {first, second});
  return order;
}

// x, offset, dim1, dim2: equally spaced elements of the matrices' rows one after the other.
Values diagonal(Builder& b, const Step& s, const Row& /*row*/) {
  const std::int64_t offset = s.integer(1);
  const std::int64_t dim1 = s.dim(2);
  const std::int64_t dim2 = s.dim(3);
  const std::int64_t columns = s.length(0, dim2);
  const std::int64_t length = s.out_shape().back().value;
  const Value last = b.permuted(s.in(0), with_last(s.rank(0), dim1, dim2));
  Counts shape = s.out_shape();
  shape.back() = Count{s.length(0, dim1) * columns};
  Ints places;
  for (std::int64_t i = 0; i < length; ++i) {
    places.push_back((offset >= 0 ? offset : -offset * columns) + i * (columns + 1));
  }
  return {b.node("Gather", {b.reshaped(last, shape), b.ints(places)}, {with("axis", -1)})};
}

// x, offset, dim1, dim2: x along the rows or columns of a matrix, where the diagonal is.
Values diag_embed(Builder& b, const Step& s, const Row& /*row*/) {
  const std::int64_t offset = s.integer(1);
  const std::size_t rank = s.rank(0) + 1;
  const auto from_0 = [&](std::int64_t dim) {
    return dim < 0 ? dim + static_cast<std::int64_t>(rank) : dim;
  };
  const std::int64_t size = s.length(0, -1) + std::abs(offset);
  Value x = s.in(0);
  if (offset != 0) {
    Ints pads(2 * s.rank(0), 0);
    pads.back() = std::abs(offset);
    x = b.node("Pad", {x, b.ints(pads)});
  }
  x = b.node("Unsqueeze", {x, b.ints({offset >= 0 ? -1 : -2})});
  const Tensor rows = unsqueeze(arange(size), 1);
  const Value is_on = b.constant(arange(size) - rows == offset);
  const Value matrix = b.node("Where", {is_on, x, b.number(0, s.out_dtype())});
  const Ints last = with_last(rank, from_0(s.integer(2)), from_0(s.integer(3)));
  Ints order(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    order[static_cast<std::size_t>(last[d])] = static_cast<std::int64_t>(d);
  }
  return {b.permuted(matrix, order)};
}

constexpr Row kRows[] = {
    {"diag_embed", diag_embed},
    {"diagonal", diagonal},
    {"pad", pad},
};

}  // namespace

std::span<const Row> padding_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
