#include <retrograd/nn/activation.h>

#include <cmath>
#include <utility>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/softmax.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

namespace {

void require(const Frame& call, bool holds, const char* what, double value, const char* wanted) {
  if (!holds) {
    fail<ValueError>(call, std::string(what) + " is " + number_text(value) + "; " + wanted);
  }
}

void require_number(const Frame& call, const char* what, double value) {
  require(call, !std::isnan(value), what, value, "a number is needed");
}

void require_divisor(const Frame& call, const char* what, double value) {
  require(call, std::isfinite(value) && value != 0, what, value,
          "a finite number other than 0 is needed");
}

std::string text(const char* layer, double parameter) {
  return std::string(layer) + "(" + number_text(parameter) + ")";
}
std::string text(const char* layer, double first, double second) {
  return std::string(layer) + "(" + number_text(first) + ", " + number_text(second) + ")";
}

}  // namespace

Activation::Activation(std::string text, Function function)
    : text_(std::move(text)), function_(std::move(function)) {}
Activation::Activation(std::string text, Tensor (*function)(const Tensor&, Where))
    : Activation(std::move(text), [function](const Tensor& x) { return function(x, {}); }) {}
Tensor Activation::forward(const Tensor& x) {
  return function_(x);
}

ReLU::ReLU() : Activation("ReLU()", relu) {}
ReLU6::ReLU6() : Activation("ReLU6()", relu6) {}
SELU::SELU() : Activation("SELU()", selu) {}
Sigmoid::Sigmoid() : Activation("Sigmoid()", sigmoid) {}
LogSigmoid::LogSigmoid() : Activation("LogSigmoid()", logsigmoid) {}
Tanh::Tanh() : Activation("Tanh()", tanh) {}
Softsign::Softsign() : Activation("Softsign()", softsign) {}
SiLU::SiLU() : Activation("SiLU()", silu) {}
Mish::Mish() : Activation("Mish()", mish) {}
Hardsigmoid::Hardsigmoid() : Activation("Hardsigmoid()", hardsigmoid) {}
Hardswish::Hardswish() : Activation("Hardswish()", hardswish) {}
Tanhshrink::Tanhshrink() : Activation("Tanhshrink()", tanhshrink) {}
Identity::Identity() : Activation("Identity()", [](const Tensor& x) { return x; }) {}

LeakyReLU::LeakyReLU(double negative_slope, Where where)
    : Activation(text("LeakyReLU", negative_slope),
                 [=](const Tensor& x) { return leaky_relu(x, negative_slope); }) {
  require_number(Frame("LeakyReLU", where), "negative_slope", negative_slope);
}

ELU::ELU(double alpha, Where where)
    : Activation(text("ELU", alpha), [=](const Tensor& x) { return elu(x, alpha); }) {
  require_number(Frame("ELU", where), "alpha", alpha);
}

CELU::CELU(double alpha, Where where)
    : Activation(text("CELU", alpha), [=](const Tensor& x) { return celu(x, alpha); }) {
  require_divisor(Frame("CELU", where), "alpha", alpha);
}

Softplus::Softplus(double beta, double threshold, Where where)
    : Activation(text("Softplus", beta, threshold),
                 [=](const Tensor& x) { return softplus(x, beta, threshold); }) {
  const Frame call("Softplus", where);
  require_divisor(call, "beta", beta);
  require_number(call, "threshold", threshold);
}

GELU::GELU(GeluApproximation approximate)
    : Activation(approximate == GeluApproximation::tanh ? "GELU(tanh)" : "GELU()",
                 [=](const Tensor& x) { return gelu(x, approximate); }) {}

GLU::GLU(std::int64_t dim)
    : Activation("GLU(" + std::to_string(dim) + ")", [=](const Tensor& x) { return glu(x, dim); }) {
}

Hardtanh::Hardtanh(double min_val, double max_val, Where where)
    : Activation(text("Hardtanh", min_val, max_val),
                 [=](const Tensor& x) { return hardtanh(x, min_val, max_val); }) {
  const Frame call("Hardtanh", where);
  require_number(call, "max_val", max_val);
  require(call, min_val < max_val, "min_val", min_val, "less than max_val is needed");
}

Softshrink::Softshrink(double lambd, Where where)
    : Activation(text("Softshrink", lambd), [=](const Tensor& x) { return softshrink(x, lambd); }) {
  require(Frame("Softshrink", where), lambd >= 0, "lambd", lambd, "at least 0 is needed");
}

Hardshrink::Hardshrink(double lambd, Where where)
    : Activation(text("Hardshrink", lambd), [=](const Tensor& x) { return hardshrink(x, lambd); }) {
  require_number(Frame("Hardshrink", where), "lambd", lambd);
}

Softmax::Softmax(std::int64_t dim)
    : Activation("Softmax(" + std::to_string(dim) + ")",
                 [=](const Tensor& x) { return softmax(x, dim); }) {}

LogSoftmax::LogSoftmax(std::int64_t dim)
    : Activation("LogSoftmax(" + std::to_string(dim) + ")",
                 [=](const Tensor& x) { return log_softmax(x, dim); }) {}

PReLU::PReLU(std::int64_t num_parameters, double init, DType dtype, Where where) {
  const Frame call("PReLU", where);
  detail::require_positive(call, "num_parameters", num_parameters);
  require_number(call, "init", init);
  detail::require_floating(call, dtype);
  weight = full({num_parameters}, init, {.dtype = dtype, .requires_grad = true});
}
Members PReLU::members() {
  return {{"weight", weight}};
}
Tensor PReLU::forward(const Tensor& x) {
  return prelu(x, weight);
}
std::string PReLU::describe() const {
  return "PReLU(" + std::to_string(weight.size(0)) + ")";
}

}  // namespace retrograd::nn
