// Products of matrices.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

Outputs mat_mul(NodeCall& call) {
  const Tensor& a = call.in(0);
  const Tensor& b = call.in(1);
  if (is_floating(a.dtype())) {
    return {matmul(a, b)};
  }
  // Exact up to 2^53.
  return {matmul(a.to(DType::float64), b.to(DType::float64)).to(a.dtype())};
}

// alpha a b + beta c
Outputs gemm(NodeCall& call) {
  const double alpha = call.number("alpha", 1);
  const double beta = call.number("beta", 1);
  const Tensor a = call.integer("transA", 0) != 0 ? transpose(call.in(0), 0, 1) : call.in(0);
  const bool transposed = call.integer("transB", 0) != 0;
  const Tensor c = call.optional(2);
  if (alpha == 1 && beta == 1 && transposed && c.defined() && c.dim() == 1 &&
      c.size(0) == call.in(1).size(0)) {
    return {linear(a, call.in(1), c)};
  }
  Tensor y = transposed ? linear(a, call.in(1)) : matmul(a, call.in(1));
  y = alpha == 1 ? y : y * alpha;
  return {c.defined() ? y + (beta == 1 ? c : c * beta) : y};
}

Outputs einstein(NodeCall& call) {
  std::vector<Tensor> operands;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    operands.push_back(call.in(i));
  }
  return {einsum(call.text("equation", ""), operands)};
}

constexpr Importer importers[] = {
    {"Einsum", einstein},
    {"Gemm", gemm},
    {"MatMul", mat_mul},
};

}  // namespace

std::span<const Importer> product_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
