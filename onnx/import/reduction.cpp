// Reductions over axes.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

using Reduce = Tensor (*)(const Tensor& x, const Dims& dims, bool keepdim);

// Axes are an input from opset 18 on, ReduceSum's from 13 on.
template <Reduce reduce>
Outputs reduction(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Ints axes = call.axes(1).value_or(Ints());
  if (axes.empty() && call.integer("noop_with_empty_axes", 0) != 0) {
    return {x};
  }
  return {reduce(x, Dims(axes), call.integer("keepdims", 1) != 0)};
}

// Each in turn: none of them changes what the others reduce.
Tensor smallest(const Tensor& x, const Dims& dims, bool keepdim) {
  return x.dtype() == DType::boolean ? all(x, dims, keepdim) : amin(x, dims, keepdim);
}
Tensor largest(const Tensor& x, const Dims& dims, bool keepdim) {
  return x.dtype() == DType::boolean ? any(x, dims, keepdim) : amax(x, dims, keepdim);
}
// In the type of the input.
Tensor average(const Tensor& x, const Dims& dims, bool keepdim) {
  return is_floating(x.dtype()) ? mean(x, dims, keepdim)
                                : mean(x.to(DType::float64), dims, keepdim).to(x.dtype());
}
Tensor total(const Tensor& x, const Dims& dims, bool keepdim) {
  return sum(x, dims, keepdim);
}
Tensor product_of(const Tensor& x, const Dims& dims, bool keepdim) {
  return prod(x, dims, keepdim);
}
Tensor l1(const Tensor& x, const Dims& dims, bool keepdim) {
  return sum(abs(x), dims, keepdim);
}
Tensor l2(const Tensor& x, const Dims& dims, bool keepdim) {
  if (!is_floating(x.dtype())) {
    return sqrt(sum(square(x.to(DType::float64)), dims, keepdim)).to(x.dtype());
  }
  return norm(x, 2, dims, keepdim);
}
Tensor log_sum(const Tensor& x, const Dims& dims, bool keepdim) {
  return log(sum(x, dims, keepdim));
}
Tensor log_sum_exp(const Tensor& x, const Dims& dims, bool keepdim) {
  return logsumexp(x, dims, keepdim);
}
Tensor sum_square(const Tensor& x, const Dims& dims, bool keepdim) {
  return sum(square(x), dims, keepdim);
}

using Find = Tensor (*)(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim, Where);

template <Find find>
Outputs position(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t axis = call.axis(call.integer("axis", 0), x.dim());
  const bool keepdim = call.integer("keepdims", 1) != 0;
  if (call.integer("select_last_index", 0) == 0) {
    return {find(x, axis, keepdim, {})};
  }
  return {x.size(axis) - 1 - find(flip(x, axis), axis, keepdim, {})};
}

constexpr Importer importers[] = {
    {"ArgMax", position<argmax>},         {"ArgMin", position<argmin>},
    {"ReduceL1", reduction<l1>},          {"ReduceL2", reduction<l2>},
    {"ReduceLogSum", reduction<log_sum>}, {"ReduceLogSumExp", reduction<log_sum_exp>},
    {"ReduceMax", reduction<largest>},    {"ReduceMean", reduction<average>},
    {"ReduceMin", reduction<smallest>},   {"ReduceProd", reduction<product_of>},
    {"ReduceSum", reduction<total>},      {"ReduceSumSquare", reduction<sum_square>},
};

}  // namespace

std::span<const Importer> reduction_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
