// Functions of each element.
#include <cmath>

#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

// Two formulas, so that neither end cancels.
Outputs asinh(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Tensor root = sqrt(square(x) + 1);
  return {where(x < 0, neg(log(root - x)), log(root + x))};
}

Outputs acosh(NodeCall& call) {
  const Tensor& x = call.in(0);
  return {log(x + sqrt(square(x) - 1))};
}

Outputs atanh(NodeCall& call) {
  const Tensor& x = call.in(0);
  return {(log1p(x) - log1p(neg(x))) * 0.5};
}

Outputs is_inf(NodeCall& call) {
  const Tensor& x = call.in(0);
  const bool negative = call.integer("detect_negative", 1) != 0;
  const bool positive = call.integer("detect_positive", 1) != 0;
  const Tensor infinite = isinf(x);
  if (negative && positive) {
    return {infinite};
  }
  if (negative || positive) {
    return {logical_and(infinite, negative ? x < 0 : x > 0)};
  }
  return {logical_and(infinite, logical_not(infinite))};
}

// Whole numbers stay as they are.
template <auto function>
Outputs rounded(NodeCall& call) {
  return {is_floating(call.in(0).dtype()) ? function(call.in(0), Where{}) : call.in(0)};
}

Outputs identity(NodeCall& call) {
  return {call.value(0)};
}

Outputs cast(NodeCall& call) {
  const auto type = static_cast<DataType>(call.integer("to", 0));
  if (type == DataType::undefined || type == DataType::string) {
    call.refuse("a conversion to text is not read [onnx-unsupported]");
  }
  return {call.in(0).to(call.translation().dtype_of(type))};
}

Outputs cast_like(NodeCall& call) {
  return {call.in(0).to(call.in(1).dtype())};
}

// Bounds that are constants are numbers of the operator.
Outputs clip(NodeCall& call) {
  const Tensor& x = call.in(0);
  const auto bound = [&](std::size_t input, std::string_view name) -> std::optional<Scalar> {
    if (call.opset() < 11) {
      return call.has_attribute(name) ? std::optional<Scalar>(call.number(name, 0)) : std::nullopt;
    }
    if (!call.is_known(input)) {
      return {};
    }
    return is_floating(x.dtype()) ? Scalar(call.one_number(input)) : Scalar(call.one_int(input));
  };
  const std::optional<Scalar> low = bound(1, "min");
  const std::optional<Scalar> high = bound(2, "max");
  Tensor y = low || high ? clamp(x, low, high) : x;
  if (!low && call.has(1)) {
    y = maximum(y, call.in(1));
  }
  if (!high && call.has(2)) {
    y = minimum(y, call.in(2));
  }
  return {y};
}

constexpr Importer importers[] = {
    {"Abs", unary<abs>},
    {"Acos", unary<acos>},
    {"Acosh", acosh},
    {"Asin", unary<asin>},
    {"Asinh", asinh},
    {"Atan", unary<atan>},
    {"Atanh", atanh},
    {"Cast", cast},
    {"CastLike", cast_like},
    {"Ceil", rounded<ceil>},
    {"Clip", clip},
    {"Cos", unary<cos>},
    {"Cosh", unary<cosh>},
    {"Erf", unary<erf>},
    {"Exp", unary<exp>},
    {"Floor", rounded<floor>},
    {"Identity", identity},
    {"IsInf", is_inf},
    {"IsNaN", unary<isnan>},
    {"Log", unary<log>},
    {"Neg", unary<neg>},
    {"Not", unary<logical_not>},
    {"Reciprocal", unary<reciprocal>},
    {"Round", rounded<round>},
    {"Sigmoid", unary<sigmoid>},
    {"Sign", unary<sign>},
    {"Sin", unary<sin>},
    {"Sinh", unary<sinh>},
    {"Sqrt", unary<sqrt>},
    {"Tan", unary<tan>},
    {"Tanh", unary<tanh>},
};

}  // namespace

std::span<const Importer> elementwise_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
