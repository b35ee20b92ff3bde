// Activations, softmax and dropout.
#include <cmath>

#include <retrograd/onnx/export/math.h>
#include <retrograd/onnx/export/table.h>

namespace retrograd::onnx::writing {

namespace {

// The number of argument i in the result's dtype.
Value number(Builder& b, const Step& s, double value) {
  return b.number(value, s.out_dtype());
}

Values clip(Builder& b, const Step& s, double low, double high) {
  return {b.node("Clip", {s.in(0), number(b, s, low), number(b, s, high)})};
}

Values add_relu(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Relu", {b.node("Add", {s.in(0), s.in(1)})})};
}

Values leaky_relu(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("LeakyRelu", {s.in(0)}, {with("alpha", s.number(1))})};
}

// The slopes of channels, which are dimension 1.
Values prelu(Builder& b, const Step& s, const Row& /*row*/) {
  Value slopes = s.in(1);
  if (s.rank(0) == 0) {
    slopes = b.reshaped(slopes, {});
  } else if (s.rank(0) > 2 && s.shape(1) != fixed({1}) && s.rank(1) == 1) {
    Counts shape(s.rank(0) - 1, Count{1});
    shape[0] = s.shape(1)[0];
    slopes = b.reshaped(slopes, shape);
  }
  return {b.node("PRelu", {s.in(0), slopes})};
}

Values elu(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Elu", {s.in(0)}, {with("alpha", s.number(1))})};
}

// alpha elu(x / alpha): Celu is of float32 alone.
Values celu(Builder& b, const Step& s, const Row& /*row*/) {
  const Value alpha = number(b, s, s.number(1));
  if (s.number(1) < 0) {
    const Value zero = number(b, s, 0);
    const Value less =
        b.node("Sub", {b.node("Exp", {b.node("Div", {s.in(0), alpha})}), number(b, s, 1)});
    const Value low = b.node("Min", {b.node("Mul", {less, alpha}), zero});
    return {b.node("Add", {b.node("Max", {s.in(0), zero}), low})};
  }
  const Value scaled = b.node("Elu", {b.node("Div", {s.in(0), alpha})}, {with("alpha", 1.0)});
  return {b.node("Mul", {scaled, alpha})};
}

Values softplus(Builder& b, const Step& s, const Row& /*row*/) {
  const double beta = s.number(1);
  if (beta == 1 && s.number(2) >= 20) {
    return {b.node("Softplus", {s.in(0)})};
  }
  const Value scaled = b.node("Mul", {s.in(0), number(b, s, beta)});
  const Value soft = b.node("Div", {b.node("Softplus", {scaled}), number(b, s, beta)});
  const Value is_linear = b.node("Greater", {scaled, number(b, s, s.number(2))});
  return {b.node("Where", {is_linear, s.in(0), soft})};
}

Values logsigmoid(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Neg", {b.node("Softplus", {b.node("Neg", {s.in(0)})})})};
}

Values gelu(Builder& b, const Step& s, const Row& /*row*/) {
  const Value x = s.in(0);
  const Value one = number(b, s, 1);
  Value share;  // 2 P(X <= x)
  if (s.integer(1) == 0) {
    share = b.node("Erf", {b.node("Div", {x, number(b, s, std::sqrt(2.0))})});
  } else {
    const Value cube = b.node("Mul", {b.node("Mul", {x, x}), x});
    const Value sum = b.node("Add", {x, b.node("Mul", {cube, number(b, s, 0.044715)})});
    const double factor = std::sqrt(2 / 3.141592653589793238462643);
    share = b.node("Tanh", {b.node("Mul", {sum, number(b, s, factor)})});
  }
  const Value twice = b.node("Mul", {x, b.node("Add", {share, one})});
  return {b.node("Mul", {twice, number(b, s, 0.5)})};
}

Values silu(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Mul", {s.in(0), b.node("Sigmoid", {s.in(0)})})};
}

Values mish(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Mul", {s.in(0), b.node("Tanh", {b.node("Softplus", {s.in(0)})})})};
}

Values hardtanh(Builder& b, const Step& s, const Row& /*row*/) {
  return clip(b, s, s.number(1), s.number(2));
}

Values relu6(Builder& b, const Step& s, const Row& /*row*/) {
  return clip(b, s, 0, 6);
}

Values hardsigmoid(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("HardSigmoid", {s.in(0)}, {with("alpha", 1.0 / 6), with("beta", 0.5)})};
}

Values tanhshrink(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Sub", {s.in(0), b.node("Tanh", {s.in(0)})})};
}

Values softshrink(Builder& b, const Step& s, const Row& /*row*/) {
  const double by = s.number(1);
  return {b.node("Shrink", {s.in(0)}, {with("bias", by), with("lambd", by)})};
}

Values hardshrink(Builder& b, const Step& s, const Row& /*row*/) {
  return {b.node("Shrink", {s.in(0)}, {with("bias", 0.0), with("lambd", s.number(1))})};
}

Values softmax(Builder& b, const Step& s, const Row& row) {
  if (s.rank(0) == 0) {
    const Value whole = b.node(row.onnx, {b.reshaped(s.in(0), fixed({1}))}, {with("axis", 0)});
    return {b.reshaped(whole, {})};
  }
  return {b.node(row.onnx, {s.in(0)}, {with("axis", s.dim(1))})};
}

// A file is for evaluation.
Values dropout(Builder& /*b*/, const Step& s, const Row& /*row*/) {
  return {s.in(0)};
}

constexpr Row kRows[] = {
    {"add_relu", add_relu},
    {"alpha_dropout", dropout},
    {"celu", celu},
    {"dropout", dropout},
    {"dropout1d", dropout},
    {"dropout2d", dropout},
    {"dropout3d", dropout},
    {"elu", elu},
    {"gelu", gelu},
    {"hardshrink", hardshrink},
    {"hardsigmoid", hardsigmoid},
    {"hardswish", plain, "HardSwish"},
    {"hardtanh", hardtanh},
    {"leaky_relu", leaky_relu},
    {"log_softmax", softmax, "LogSoftmax"},
    {"logsigmoid", logsigmoid},
    {"mish", mish},
    {"prelu", prelu},
    {"relu", plain, "Relu"},
    {"relu6", relu6},
    {"selu", plain, "Selu"},
    {"sigmoid", plain, "Sigmoid"},
    {"silu", silu},
    {"softmax", softmax, "Softmax"},
    {"softplus", softplus},
    {"softshrink", softshrink},
    {"softsign", plain, "Softsign"},
    {"stochastic_depth", dropout},
    {"tanhshrink", tanhshrink},
};

}  // namespace

std::span<const Row> activation_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
