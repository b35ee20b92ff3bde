// Functions of several tensors that broadcast.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

template <auto function>
Outputs binary(NodeCall& call) {
  return {function(call.in(0), call.in(1), Where{})};
}

// One function of any number of tensors, two at a time.
template <auto function>
Outputs variadic(NodeCall& call) {
  Tensor result = call.in(0);
  for (std::size_t i = 1; i < call.input_count(); ++i) {
    result = function(result, call.in(i), Where{});
  }
  return {result};
}

Outputs mean_of(NodeCall& call) {
  const Tensor total = variadic<add>(call)[0].tensor;
  return {total / static_cast<double>(call.input_count())};
}

// Quotients of integers are cut towards zero.
Outputs divide(NodeCall& call) {
  const Tensor& a = call.in(0);
  const Tensor& b = call.in(1);
  if (is_floating(a.dtype()) || is_floating(b.dtype())) {
    return {div(a, b)};
  }
  return {a.dtype() == DType::uint8 ? floor_divide(a, b) : floor_divide(a - fmod(a, b), b)};
}

// The result has the type of the base.
Outputs power(NodeCall& call) {
  const Tensor& a = call.in(0);
  const Tensor& b = call.in(1);
  if (is_floating(a.dtype())) {
    if (call.is_known(1) && b.numel() == 1 && b.dim() <= a.dim()) {
      return {pow(a, call.one_number(1))};
    }
    return {pow(a, b.to(a.dtype()))};
  }
  if (is_floating(b.dtype())) {
    return {pow(a.to(DType::float64), b.to(DType::float64)).to(a.dtype())};
  }
  return {pow(a, b).to(a.dtype())};
}

Outputs modulo(NodeCall& call) {
  const bool as_in_c = call.integer("fmod", 0) != 0;
  return {as_in_c ? fmod(call.in(0), call.in(1)) : remainder(call.in(0), call.in(1))};
}

Outputs choose(NodeCall& call) {
  return {where(call.in(0), call.in(1), call.in(2))};
}

constexpr Importer importers[] = {
    {"Add", binary<add>},
    {"And", binary<logical_and>},
    {"Div", divide},
    {"Equal", binary<eq>},
    {"Greater", binary<gt>},
    {"GreaterOrEqual", binary<ge>},
    {"Less", binary<lt>},
    {"LessOrEqual", binary<le>},
    {"Max", variadic<maximum>},
    {"Mean", mean_of},
    {"Min", variadic<minimum>},
    {"Mod", modulo},
    {"Mul", binary<mul>},
    {"Or", binary<logical_or>},
    {"Pow", power},
    {"Sub", binary<sub>},
    {"Sum", variadic<add>},
    {"Where", choose},
    {"Xor", binary<logical_xor>},
};

}  // namespace

std::span<const Importer> arithmetic_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
