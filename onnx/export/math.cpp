// Element-wise arithmetic, comparisons and functions.
#include <retrograd/onnx/export/math.h>

#include <cmath>

namespace retrograd::onnx::writing {

namespace {

constexpr double kLn2 = 0.693147180559945309417232121458;

// As PyTorch promotes: a floating dtype wins, then the larger one.
DType promoted(DType a, DType b) {
  const auto order = [](DType dtype) {
    switch (dtype) {
      case DType::boolean: return 0;
      case DType::uint8: return 1;
      case DType::int64: return 2;
      case DType::bfloat16: return 3;
      case DType::float32: return 4;
      case DType::float64: return 5;
    }
    return 0;
  };
  return order(a) >= order(b) ? a : b;
}

// The dtype in which operands are compared.
DType common_dtype(const Step& s, std::size_t i, std::size_t j) {
  if (s.is_tensor(i) && s.is_tensor(j)) {
    return promoted(s.dtype(i), s.dtype(j));
  }
  const std::size_t tensor = s.is_tensor(i) ? i : j;
  const DType dtype = s.dtype(tensor);
  const DType number = s.scalar(tensor == i ? j : i).default_dtype();
  const bool is_kept = is_floating(dtype) || (dtype != boolean && number != float32);
  return is_kept ? dtype : promoted(dtype, number);
}

// One node of the same name, on the operands in the result's dtype.
Values binary(Builder& b, const Step& s, const Row& row) {
  const DType dtype = s.out_dtype();
  return {b.node(row.onnx, {operand(b, s, 0, dtype), operand(b, s, 1, dtype)})};
}

Values comparison(Builder& b, const Step& s, const Row& row) {
  DType dtype = common_dtype(s, 0, 1);
  const bool is_equal = std::string_view(row.onnx) == "Equal";
  if (dtype == uint8 || (dtype == boolean && !is_equal)) {
    dtype = int64;
  }
  const Value same = b.node(row.onnx, {operand(b, s, 0, dtype), operand(b, s, 1, dtype)});
  return {row.op == "ne" ? b.node("Not", {same}) : same};
}

Values logical(Builder& b, const Step& s, const Row& row) {
  return {b.node(row.onnx, {operand(b, s, 0, boolean), operand(b, s, 1, boolean)})};
}

Values logical_not(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Not", {operand(b, s, 0, boolean)})};
}

Value floating(Builder& b, const Step& s) {
  return is_floating(s.dtype(0)) ? s.in(0) : operand(b, s, 0, float32);
}

Values test(Builder& b, const Step& s, const Row& row) {
  return {b.node(row.onnx, {floating(b, s)})};
}

Values isfinite(Builder& b, const Step& s, const Row& /*row*/) {
  const Value x = floating(b, s);
  return {b.node("Not", {b.node("Or", {b.node("IsNaN", {x}), b.node("IsInf", {x})})})};
}

Values rsqrt(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Reciprocal", {b.node("Sqrt", {s.in(0)})})};
}

Values square(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Mul", {s.in(0), s.in(0)})};
}

Values log2(Builder& b, const Step& s, const Row& /*row*/) {
  const Value factor = b.number(1 / kLn2, s.out_dtype());
  return {b.node("Mul", {b.node("Log", {s.in(0)}), factor})};
}

// tanh(x / 2) (exp(x) + 1), which is exact near 0.
Values expm1(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  const Value half = b.node("Tanh", {b.node("Mul", {s.in(0), b.number(0.5, dtype)})});
  const Value sum = b.node("Add", {b.node("Exp", {s.in(0)}), b.number(1, dtype)});
  return {b.node("Mul", {half, sum})};
}

Values log1p(Builder& b, const Step& s, const Row& /*row*/) {
  return {log1p_of(b, s.in(0), s.out_dtype())};
}

// log(1 + exp(x)).
Values log1p_exp(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Softplus", {s.in(0)})};
}

Values clamp(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  Value x = operand(b, s, 0, dtype);
  if (!s.is_missing(1)) {
    x = b.node("Max", {x, operand(b, s, 1, dtype)});
  }
  if (!s.is_missing(2)) {
    x = b.node("Min", {x, operand(b, s, 2, dtype)});
  }
  return {x};
}

Values lerp(Builder& b, const Step& s, const Row& /*row*/) {
  const Value way = b.node("Sub", {s.in(1), s.in(0)});
  return {b.node("Add", {s.in(0), b.node("Mul", {operand(b, s, 2, s.out_dtype()), way})})};
}

// The remainder has the sign of the dividend.
Values fmod(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  return {b.node("Mod", {operand(b, s, 0, dtype), operand(b, s, 1, dtype)}, {with("fmod", 1)})};
}

// The remainder has the sign of the divisor.
Values remainder(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  const Value x = operand(b, s, 0, dtype);
  const Value y = operand(b, s, 1, dtype);
  if (!is_floating(dtype)) {
    return {b.node("Mod", {x, y})};
  }
  const Value quotient = b.node("Floor", {b.node("Div", {x, y})});
  return {b.node("Sub", {x, b.node("Mul", {quotient, y})})};
}

Values floor_divide(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  const Value x = operand(b, s, 0, dtype);
  const Value y = operand(b, s, 1, dtype);
  if (is_floating(dtype)) {
    return {b.node("Floor", {b.node("Div", {x, y})})};
  }
  return {b.node("Div", {b.node("Sub", {x, b.node("Mod", {x, y})}), y})};
}

Values where(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  return {b.node("Where",
                 {operand(b, s, 0, boolean), operand(b, s, 1, dtype), operand(b, s, 2, dtype)})};
}

Values masked_fill(Builder& b, const Step& s, const Row& /*row*/) {
  const DType dtype = s.out_dtype();
  return {b.node("Where",
                 {operand(b, s, 1, boolean), operand(b, s, 2, dtype), operand(b, s, 0, dtype)})};
}

constexpr Row kRows[] = {
    {"abs", plain, "Abs"},
    {"acos", plain, "Acos"},
    {"add", binary, "Add"},
    {"asin", plain, "Asin"},
    {"atan", plain, "Atan"},
    {"ceil", plain, "Ceil"},
    {"clamp", clamp},
    {"cos", plain, "Cos"},
    {"cosh", plain, "Cosh"},
    {"div", binary, "Div"},
    {"eq", comparison, "Equal"},
    {"erf", plain, "Erf"},
    {"exp", plain, "Exp"},
    {"expm1", expm1},
    {"floor", plain, "Floor"},
    {"floor_divide", floor_divide},
    {"fmod", fmod},
    {"ge", comparison, "GreaterOrEqual"},
    {"gt", comparison, "Greater"},
    {"isfinite", isfinite},
    {"isinf", test, "IsInf"},
    {"isnan", test, "IsNaN"},
    {"le", comparison, "LessOrEqual"},
    {"lerp", lerp},
    {"log", plain, "Log"},
    {"log1p", log1p},
    {"log1p_exp", log1p_exp},
    {"log2", log2},
    {"logical_and", logical, "And"},
    {"logical_not", logical_not},
    {"logical_or", logical, "Or"},
    {"logical_xor", logical, "Xor"},
    {"lt", comparison, "Less"},
    {"masked_fill", masked_fill},
    {"maximum", binary, "Max"},
    {"minimum", binary, "Min"},
    {"mul", binary, "Mul"},
    {"ne", comparison, "Equal"},
    {"neg", plain, "Neg"},
    {"pow", binary, "Pow"},
    {"reciprocal", plain, "Reciprocal"},
    {"remainder", remainder},
    {"round", plain, "Round"},
    {"rsqrt", rsqrt},
    {"sign", plain, "Sign"},
    {"sin", plain, "Sin"},
    {"sinh", plain, "Sinh"},
    {"sqrt", plain, "Sqrt"},
    {"square", square},
    {"sub", binary, "Sub"},
    {"tan", plain, "Tan"},
    {"tanh", plain, "Tanh"},
    {"where", where},
};

}  // namespace

Values plain(Builder& b, const Step& s, const Row& row) {
  return {b.node(row.onnx, {operand(b, s, 0, s.out_dtype())})};
}

// 2 artanh(x / (2 + x)) near 0, where 1 + x loses digits.
Value log1p_of(Builder& b, const Value& x, DType dtype) {
  const Value one = b.number(1, dtype);
  const Value two = b.number(2, dtype);
  const Value near =
      b.node("Mul", {b.node("Atanh", {b.node("Div", {x, b.node("Add", {x, two})})}), two});
  const Value far = b.node("Log", {b.node("Add", {x, one})});
  const Value is_near = b.node("Less", {b.node("Abs", {x}), b.number(0.5, dtype)});
  return b.node("Where", {is_near, near, far});
}

std::span<const Row> math_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
