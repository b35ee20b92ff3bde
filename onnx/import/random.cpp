// Random numbers.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

// Attributes of opset 7 to 11; inputs since. A net in evaluation mode drops no element, even if the
// file says so.
Outputs dropout_of(NodeCall& call) {
  const Tensor& x = call.in(0);
  if (!call.is_training()) {
    return {call.value(0),
            known(constant([&] { return ones(x.shape(), {.dtype = DType::boolean}); }))};
  }
  const double p = call.opset() < 12 ? call.number("ratio", 0.5)
                   : call.has(1)     ? call.one_number(1)
                                     : 0.5;
  if (!call.has_output(1)) {
    return {dropout(x, p)};
  }
  const Tensor kept = ge(rand(x.shape(), {.dtype = x.dtype()}), p);
  return {where(kept, x / (1 - p), 0), kept};
}

DType wanted(const NodeCall& call, DType otherwise) {
  const auto type = static_cast<DataType>(call.integer("dtype", 0));
  return type == DataType::undefined ? otherwise : call.translation().dtype_of(type);
}

Tensor normal(const NodeCall& call, const Shape& shape, DType dtype) {
  return randn(shape, {.dtype = dtype}) * call.number("scale", 1) + call.number("mean", 0);
}
Tensor uniform(const NodeCall& call, const Shape& shape, DType dtype) {
  const double low = call.number("low", 0);
  return rand(shape, {.dtype = dtype}) * (call.number("high", 1) - low) + low;
}

using Draw = Tensor (*)(const NodeCall& call, const Shape& shape, DType dtype);

template <Draw draw>
Outputs of_shape(NodeCall& call) {
  return {draw(call, Shape(call.integers("shape")),
               wanted(call, call.translation().options().floating))};
}
template <Draw draw>
Outputs of_like(NodeCall& call) {
  return {draw(call, call.in(0).shape(), wanted(call, call.in(0).dtype()))};
}

Outputs bernoulli(NodeCall& call) {
  const Tensor& p = call.in(0);
  return {lt(rand(p.shape(), {.dtype = p.dtype()}), p).to(wanted(call, p.dtype()))};
}

constexpr Importer importers[] = {
    {"Bernoulli", bernoulli, true},
    {"Dropout", dropout_of, true},
    {"RandomNormal", of_shape<normal>, true},
    {"RandomNormalLike", of_like<normal>, true},
    {"RandomUniform", of_shape<uniform>, true},
    {"RandomUniformLike", of_like<uniform>, true},
};

}  // namespace

std::span<const Importer> random_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
