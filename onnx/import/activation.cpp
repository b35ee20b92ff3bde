// Activations.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

Outputs prelu_of(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Tensor& slope = call.in(1);
  // One slope for each channel: (C, 1, 1) beside (N, C, H, W).
  if (is_floating(x.dtype()) && x.dim() >= 2 && slope.dim() == x.dim() - 1 &&
      slope.numel() == slope.size(0) && slope.numel() == x.size(1)) {
    return {prelu(x, flatten(slope))};
  }
  return {where(x < 0, x * slope, x)};
}

Outputs hard_sigmoid(NodeCall& call) {
  const double alpha = call.number("alpha", 0.2);
  const double beta = call.number("beta", 0.5);
  return {clamp(call.in(0) * alpha + beta, 0.0, 1.0)};
}

Outputs selu_of(NodeCall& call) {
  if (!call.has_attribute("alpha") && !call.has_attribute("gamma")) {
    return {selu(call.in(0))};
  }
  const double alpha = call.number("alpha", 1.67326319217681884765625);
  return {elu(call.in(0), alpha) * call.number("gamma", 1.05070102214813232421875)};
}

Outputs thresholded_relu(NodeCall& call) {
  const Tensor& x = call.in(0);
  return {where(x > call.number("alpha", 1), x, 0)};
}

Outputs shrink(NodeCall& call) {
  const Tensor& x = call.in(0);
  const double lambd = call.number("lambd", 0.5);
  const double bias = call.number("bias", 0);
  return {where(x < -lambd, x + bias, where(x > lambd, x - bias, 0))};
}

Outputs gelu_of(NodeCall& call) {
  const bool is_tanh = call.text("approximate", "none") == "tanh";
  return {gelu(call.in(0), is_tanh ? GeluApproximation::tanh : GeluApproximation::none)};
}

// Before opset 13, all dimensions from the axis on count as one.
template <class F>
Tensor along_axis(const NodeCall& call, const F& f) {
  const Tensor& x = call.in(0);
  if (call.opset() >= 13) {
    return f(x, call.axis(call.integer("axis", -1), x.dim()));
  }
  const auto axis = static_cast<std::size_t>(call.axis(call.integer("axis", 1), x.dim()));
  if (static_cast<std::int64_t>(axis) == x.dim() - 1) {
    return f(x, -1);
  }
  const Shape flat{product(x.shape(), 0, axis), product(x.shape(), axis, x.shape().size())};
  return reshape(f(reshape(x, flat), 1), x.shape());
}

Outputs softmax_of(NodeCall& call) {
  return {along_axis(call, [](const Tensor& x, std::int64_t dim) { return softmax(x, dim); })};
}

Outputs log_softmax_of(NodeCall& call) {
  return {along_axis(call, [](const Tensor& x, std::int64_t dim) { return log_softmax(x, dim); })};
}

Outputs hardmax(NodeCall& call) {
  return {along_axis(call, [](const Tensor& x, std::int64_t dim) {
    const Tensor winner = argmax(x, dim, true);
    const Tensor ones =
        constant([&] { return retrograd::ones(winner.shape(), {.dtype = x.dtype()}); });
    const Tensor zeros =
        constant([&] { return retrograd::zeros(x.shape(), {.dtype = x.dtype()}); });
    return scatter(zeros, dim, winner, ones);
  })};
}

constexpr Importer importers[] = {
    {"Celu", [](NodeCall& call) -> Outputs { return {celu(call.in(0), call.number("alpha", 1))}; }},
    {"Elu", [](NodeCall& call) -> Outputs { return {elu(call.in(0), call.number("alpha", 1))}; }},
    {"Gelu", gelu_of},
    {"HardSigmoid", hard_sigmoid},
    {"HardSwish", unary<hardswish>},
    {"Hardmax", hardmax},
    {"LeakyRelu",
     [](NodeCall& call) -> Outputs {
       return {leaky_relu(call.in(0), call.number("alpha", 0.01))};
     }},
    {"LogSoftmax", log_softmax_of},
    {"Mish", unary<mish>},
    {"PRelu", prelu_of},
    {"Relu", unary<relu>},
    {"Selu", selu_of},
    {"Shrink", shrink},
    {"Softmax", softmax_of},
    {"Softplus", [](NodeCall& call) -> Outputs { return {softplus(call.in(0))}; }},
    {"Softsign", unary<softsign>},
    {"ThresholdedRelu", thresholded_relu},
};

}  // namespace

std::span<const Importer> activation_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
