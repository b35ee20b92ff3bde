// Products of matrices.
#include <retrograd/onnx/export/table.h>

#include <cmath>

namespace retrograd::onnx::writing {

namespace {

Values matmul(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("MatMul", {s.in(0), s.in(1)})};
}

// Gemm on the rows of x, so that the weight keeps its layout.
Values linear(Builder& b, const Step& s, const Row& row) {
  const Counts shape = s.shape(0);
  const Counts weight = s.shape(1);
  const bool is_matrix = shape.size() == 2;
  Value x = s.in(0);
  if (!is_matrix) {
    x = b.reshaped(x, {{-1, Count::Kind::unknown}, weight[1]});
  }
  Value y = b.node("Gemm", {x, s.in(1), s.in(2)}, {with("transB", 1)});
  if (row.op == "linear_relu") {
    y = b.node("Relu", {y});
  }
  return {is_matrix ? y : b.reshaped(y, s.out_shape())};
}

// input, a, b; beta, alpha.
Values addmm(Builder& b, const Step& s, const Row& /*row*/) {
  const Value added = s.number(3) == 0 ? Value() : s.in(0);  // which may be NaN
  return {b.node("Gemm", {s.in(1), s.in(2), added},
                 {with("alpha", s.number(4)), with("beta", s.number(3))})};
}

Value transposed(Builder& b, const Value& x, std::size_t rank) {
  Ints order;
  for (std::size_t d = 0; d < rank; ++d) {
    order.push_back(static_cast<std::int64_t>(d));
  }
  std::swap(order[rank - 1], order[rank - 2]);
  return b.permuted(x, order);
}

// The scores with the mask, or with what lies ahead hidden.
Value masked(Builder& b, const Step& s, const Value& scores) {
  const DType dtype = s.out_dtype();
  const Value hidden = b.number(-INFINITY, dtype);
  if (s.has(3)) {
    return s.dtype(3) == boolean ? b.node("Where", {s.in(3), scores, hidden})
                                 : b.node("Add", {scores, s.in(3)});
  }
  if (!s.flag(4)) {
    return scores;
  }
  const Counts size{s.shape(0)[s.rank(0) - 2], s.shape(1)[s.rank(1) - 2]};
  const Value ones = b.node("Expand", {b.number(1, dtype), b.counts(size)});
  const Value seen = b.cast(b.node("Trilu", {ones}, {with("upper", 0)}), dtype, boolean);
  return b.node("Where", {seen, scores, hidden});
}

// query, key, value; attn_mask, is_causal, scale, dropout_p.
Values attention(Builder& b, const Step& s, const Row& /*row*/) {
  const auto width = static_cast<double>(s.length(0, -1));
  const double scale = s.is_missing(5) ? (width > 0 ? 1 / std::sqrt(width) : 1) : s.number(5);
  const Value query = b.node("Mul", {s.in(0), b.number(scale, s.out_dtype())});
  const Value scores = b.node("MatMul", {query, transposed(b, s.in(1), s.rank(1))});
  const Value shares = b.node("Softmax", {masked(b, s, scores)}, {with("axis", -1)});
  return {b.node("MatMul", {shares, s.in(2)})};
}

Values einsum(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Einsum", s.list(1), {with("equation", s.text(0).c_str())})};
}

// Programs disagree about dimensions that an ellipsis broadcasts.
bool has_no_ellipsis(const TraceEntry& entry) {
  return std::get<std::string>(entry.arguments.at(0)).find('.') == std::string::npos;
}

constexpr Row kRows[] = {
    {"addmm", addmm},
    {"bmm", matmul},
    {"dot", matmul},
    {"einsum", einsum, "", has_no_ellipsis},
    {"linear", linear},
    {"linear_relu", linear},
    {"matmul", matmul},
    {"mm", matmul},
    {"scaled_dot_product_attention", attention},
};

}  // namespace

std::span<const Row> linear_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
