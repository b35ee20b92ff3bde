// Sorting, and sums along an axis.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

Outputs top_k(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t k = call.opset() < 10 ? call.integer("k", 1) : call.one_int(1);
  const ValuesAndIndices found = topk(x, k, call.axis(call.integer("axis", -1), x.dim()),
                                      {.largest = call.integer("largest", 1) != 0});
  return {found.values, found.indices};
}

Outputs cum_sum(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t axis = call.axis(call.one_int(1), x.dim());
  const bool is_reverse = call.integer("reverse", 0) != 0;
  const Tensor ordered = is_reverse ? flip(x, axis) : x;
  Tensor sums = cumsum(ordered, axis);
  if (call.integer("exclusive", 0) != 0) {
    sums = sums - ordered;
  }
  return {is_reverse ? flip(sums, axis) : sums};
}

constexpr Importer importers[] = {
    {"CumSum", cum_sum},
    {"TopK", top_k},
};

}  // namespace

std::span<const Importer> order_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
