// Reductions, sums along a dimension, and sorting.
#include <cmath>
#include <numeric>

#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/mask.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

Value over(Builder& b, const char* op, const Value& x, const Ints& dims, bool keeps) {
  const Attribute keepdims = with("keepdims", keeps ? 1 : 0);
  if (dims.empty()) {
    return b.node(op, {x}, {keepdims});  // of no dimension
  }
  if (std::string_view(op) == "ReduceSum") {
    return b.node(op, {x, b.ints(dims)}, {keepdims});
  }
  return b.node(op, {x}, {with("axes", dims), keepdims});
}

// A reduction of x over the dimensions of argument `at`, which keepdim follows.
Value reduced(Builder& b, const Step& s, const Value& x, const char* op, std::size_t at = 1) {
  return over(b, op, x, s.dims(at), s.flag(at + 1));
}

Values reduction(Builder& b, const Step& s, const Row& row) {
  return {reduced(b, s, operand(b, s, 0, s.out_dtype()), row.onnx)};
}

// Booleans as the largest or smallest of 0 and 1.
Values truth(Builder& b, const Step& s, const Row& row) {
  const Value x = b.cast(operand(b, s, 0, boolean), boolean, int64);
  return {b.cast(reduced(b, s, x, row.onnx), int64, boolean)};
}

Value flat(Builder& b, const Value& x) {
  return b.reshaped(x, {{-1, Count::Kind::unknown}});
}

// The number of elements in dimensions, as a value of the dtype.
Value number_of(Builder& b, const Step& s, const Ints& dims, DType dtype) {
  const Counts shape = s.shape(0);
  Count all{1};
  for (const std::int64_t d : dims) {
    const Count& length = shape.at(static_cast<std::size_t>(d));
    if (!length.is_fixed() && !all.is_fixed()) {
      throw Refused{"a number of elements grows with the square of the batch"};
    }
    all.value *= length.value;
    if (!length.is_fixed()) {
      all.kind = length.kind;
    }
  }
  return all.is_fixed() ? b.number(all.value, dtype)
                        : b.cast(b.node("Squeeze", {b.count(all)}), int64, dtype);
}

// x, dims; unbiased, keepdim, correction.
Values variance(Builder& b, const Step& s, const Row& row) {
  const DType dtype = s.out_dtype();
  const Ints dims = s.dims(1);
  const double correction = s.is_missing(4) ? (s.flag(2) ? 1 : 0) : s.number(4);
  const Value mean = over(b, "ReduceMean", s.in(0), dims, true);
  const Value centred = b.node("Sub", {s.in(0), mean});
  const Value sum = over(b, "ReduceSum", b.node("Mul", {centred, centred}), dims, s.flag(3));
  const Value count =
      b.node("Max", {b.node("Sub", {number_of(b, s, dims, dtype), b.number(correction, dtype)}),
                     b.number(0, dtype)});
  const Value result = b.node("Div", {sum, count});
  return {row.op == "std" ? b.node("Sqrt", {result}) : result};
}

// x, p, dims, keepdim.
Values norm(Builder& b, const Step& s, const Row& /*row*/) {
  const double p = s.number(1);
  const DType dtype = s.out_dtype();
  const Value x = s.in(0);
  if (p == 1 || p == 2) {
    return {reduced(b, s, x, p == 1 ? "ReduceL1" : "ReduceL2", 2)};
  }
  const Value size = b.node("Abs", {x});
  if (std::isinf(p)) {
    return {reduced(b, s, size, p > 0 ? "ReduceMax" : "ReduceMin", 2)};
  }
  if (p == 0) {
    const Value is_0 = b.node("Equal", {x, b.number(0, dtype)});
    return {reduced(b, s, b.cast(b.node("Not", {is_0}), boolean, dtype), "ReduceSum", 2)};
  }
  const Value sum = reduced(b, s, b.node("Pow", {size, b.number(p, dtype)}), "ReduceSum", 2);
  return {b.node("Pow", {sum, b.number(1 / p, dtype)})};
}

// Of all elements: x. Along a dimension, values and indices: x, dim, keepdim.
Values extreme(Builder& b, const Step& s, const Row& row) {
  const bool is_max = row.op == "max";
  if (s.size() == 1) {
    return {b.node(row.onnx, {s.in(0)}, {with("keepdims", 0)})};
  }
  if (s.rank(0) == 0) {
    return {s.in(0), b.number(0, int64)};
  }
  const std::int64_t dim = s.dim(1);
  const int keeps = s.flag(2) ? 1 : 0;
  return {b.node(row.onnx, {s.in(0)}, {with("axes", Ints{dim}), with("keepdims", keeps)}),
          b.node(is_max ? "ArgMax" : "ArgMin", {s.in(0)},
                 {with("axis", dim), with("keepdims", keeps)})};
}

// x, dim, keepdim.
Values arg_extreme(Builder& b, const Step& s, const Row& row) {
  if (s.is_missing(1) || s.rank(0) == 0) {
    const Value at = b.node(row.onnx, {flat(b, s.in(0))}, {with("axis", 0), with("keepdims", 0)});
    return {b.reshaped(at, s.out_shape())};
  }
  return {
      b.node(row.onnx, {s.in(0)}, {with("axis", s.dim(1)), with("keepdims", s.flag(2) ? 1 : 0)})};
}

Values cumsum(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  if (s.rank(0) == 0) {
    return {operand(b, s, 0, dtype)};
  }
  return {b.node("CumSum", {operand(b, s, 0, dtype), b.number(s.dim(1), int64)})};
}

// The products of the rows of a triangle, whose other elements are 1.
Values cumprod(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  const Value x = operand(b, s, 0, dtype);
  if (s.rank(0) == 0) {
    return {x};
  }
  const std::int64_t dim = s.dim(1);
  const std::int64_t length = s.length(0, dim);
  const auto after = static_cast<std::int64_t>(s.rank(0)) - 1 - dim;
  Tensor triangle = tril(ones({length, length})) != 0;
  for (std::int64_t d = 0; d < after; ++d) {
    triangle = unsqueeze(triangle, -1);
  }
  const Value rows = b.node("Unsqueeze", {x, b.ints({dim})});
  const Value picked = b.node("Where", {b.constant(triangle), rows, b.number(1, dtype)});
  return {b.node("ReduceProd", {picked}, {with("axes", Ints{dim + 1}), with("keepdims", 0)})};
}

struct Sorted {
  Value values;
  Value indices;
};

// The k first of the sorted elements. Equal ones keep their order.
Sorted top(Builder& b, const Value& x, std::int64_t k, std::int64_t dim, bool largest) {
  const Values made =
      b.nodes("TopK", {x, b.ints({k})}, 2, {with("axis", dim), with("largest", largest ? 1 : 0)});
  return {made[0], made[1]};
}

// x, dim, descending.
Values sort(Builder& b, const Step& s, const Row& row) {
  Sorted sorted{s.in(0), b.number(0, int64)};
  if (s.rank(0) > 0) {
    sorted = top(b, s.in(0), s.length(0, s.dim(1)), s.dim(1), s.flag(2));
  }
  return row.op == "argsort" ? Values{sorted.indices} : Values{sorted.values, sorted.indices};
}

// x, k, dim; largest, sorted.
Values topk(Builder& b, const Step& s, const Row& /*row*/) {
  if (s.rank(0) == 0) {
    return {s.in(0), b.number(0, int64)};
  }
  const Sorted sorted = top(b, s.in(0), s.integer(1), s.dim(2), s.flag(3));
  return {sorted.values, sorted.indices};
}

// The k-th smallest, from 1 on.
Values kth(Builder& b, const Value& x, std::int64_t k, std::int64_t dim, bool keeps) {
  const Sorted sorted = top(b, x, k, dim, false);
  Values results;
  for (const Value& each : {sorted.values, sorted.indices}) {
    const Value at = keeps ? b.ints({k - 1}) : b.number(k - 1, int64);
    results.push_back(b.node("Gather", {each, at}, {with("axis", dim)}));
  }
  return results;
}

// x, k, dim, keepdim.
Values kthvalue(Builder& b, const Step& s, const Row& /*row*/) {
  if (s.rank(0) == 0) {
    return {s.in(0), b.number(0, int64)};
  }
  return kth(b, s.in(0), s.integer(1), s.dim(2), s.flag(3));
}

// The lower of the two in the middle: of all, or along a dimension: x, dim, keepdim.
Values median(Builder& b, const Step& s, const Row& /*row*/) {
  if (s.size() == 1) {
    const Ints lengths = s.lengths(0);
    const std::int64_t count =
        std::accumulate(lengths.begin(), lengths.end(), std::int64_t{1}, std::multiplies<>());
    return {kth(b, flat(b, s.in(0)), (count + 1) / 2, 0, false)[0]};
  }
  if (s.rank(0) == 0) {
    return {s.in(0), b.number(0, int64)};
  }
  return kth(b, s.in(0), (s.length(0, s.dim(1)) + 1) / 2, s.dim(1), s.flag(2));
}

constexpr Row kRows[] = {
    {"all", truth, "ReduceMin"},
    {"amax", reduction, "ReduceMax"},
    {"amin", reduction, "ReduceMin"},
    {"any", truth, "ReduceMax"},
    {"argmax", arg_extreme, "ArgMax"},
    {"argmin", arg_extreme, "ArgMin"},
    {"argsort", sort},
    {"cumprod", cumprod},
    {"cumsum", cumsum},
    {"kthvalue", kthvalue},
    {"logsumexp", reduction, "ReduceLogSumExp"},
    {"max", extreme, "ReduceMax"},
    {"mean", reduction, "ReduceMean"},
    {"median", median},
    {"min", extreme, "ReduceMin"},
    {"norm", norm},
    {"prod", reduction, "ReduceProd"},
    {"sort", sort},
    {"std", variance},
    {"sum", reduction, "ReduceSum"},
    {"topk", topk},
    {"var", variance},
};

}  // namespace

std::span<const Row> reduction_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
