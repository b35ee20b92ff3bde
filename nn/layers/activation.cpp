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

void require(bool holds, const char* layer, const char* what, double value, const char* wanted,
             Where where) {
  if (!holds) {
    fail<ValueError>(layer, where, std::string(what) + " is " + number_text(value) + "; " + wanted);
  }
}

double number(const char* layer, const char* what, double value, Where where) {
  require(!std::isnan(value), layer, what, value, "a number is needed", where);
  return value;
}

double divisor(const char* layer, const char* what, double value, Where where) {
  require(std::isfinite(value) && value != 0, layer, what, value,
          "a finite number other than 0 is needed", where);
  return value;
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
Tensor Activation::forward(const Tensor& x) {
  return function_(x, CallSite::current());
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
Identity::Identity() : Activation("Identity()", [](const Tensor& x, Where) { return x; }) {}

LeakyReLU::LeakyReLU(double negative_slope, Where where)
    : Activation(text("LeakyReLU", number("LeakyReLU", "negative_slope", negative_slope, where)),
                 [=](const Tensor& x, Where at) { return leaky_relu(x, negative_slope, at); }) {}

ELU::ELU(double alpha, Where where)
    : Activation(text("ELU", number("ELU", "alpha", alpha, where)),
                 [=](const Tensor& x, Where at) { return elu(x, alpha, at); }) {}

CELU::CELU(double alpha, Where where)
    : Activation(text("CELU", divisor("CELU", "alpha", alpha, where)),
                 [=](const Tensor& x, Where at) { return celu(x, alpha, at); }) {}

Softplus::Softplus(double beta, double threshold, Where where)
    : Activation(text("Softplus", divisor("Softplus", "beta", beta, where),
                      number("Softplus", "threshold", threshold, where)),
                 [=](const Tensor& x, Where at) { return softplus(x, beta, threshold, at); }) {}

GELU::GELU(GeluApproximation approximate)
    : Activation(approximate == GeluApproximation::tanh ? "GELU(tanh)" : "GELU()",
                 [=](const Tensor& x, Where at) { return gelu(x, approximate, at); }) {}

GLU::GLU(std::int64_t dim)
    : Activation("GLU(" + std::to_string(dim) + ")",
                 [=](const Tensor& x, Where at) { return glu(x, dim, at); }) {}

Hardtanh::Hardtanh(double min_val, double max_val, Where where)
    : Activation(text("Hardtanh", min_val, max_val),
                 [=](const Tensor& x, Where at) { return hardtanh(x, min_val, max_val, at); }) {
  number("Hardtanh", "max_val", max_val, where);
  require(min_val < max_val, "Hardtanh", "min_val", min_val, "less than max_val is needed", where);
}

Softshrink::Softshrink(double lambd, Where where)
    : Activation(text("Softshrink", lambd),
                 [=](const Tensor& x, Where at) { return softshrink(x, lambd, at); }) {
  require(lambd >= 0, "Softshrink", "lambd", lambd, "at least 0 is needed", where);
}

Hardshrink::Hardshrink(double lambd, Where where)
    : Activation(text("Hardshrink", number("Hardshrink", "lambd", lambd, where)),
                 [=](const Tensor& x, Where at) { return hardshrink(x, lambd, at); }) {}

Softmax::Softmax(std::int64_t dim)
    : Activation("Softmax(" + std::to_string(dim) + ")",
                 [=](const Tensor& x, Where at) { return softmax(x, dim, at); }) {}

LogSoftmax::LogSoftmax(std::int64_t dim)
    : Activation("LogSoftmax(" + std::to_string(dim) + ")",
                 [=](const Tensor& x, Where at) { return log_softmax(x, dim, at); }) {}

PReLU::PReLU(std::int64_t num_parameters, double init, DType dtype, Where where) {
  detail::require_positive("PReLU", "num_parameters", num_parameters, where);
  number("PReLU", "init", init, where);
  detail::require_floating("PReLU", dtype, where);
  weight = full({num_parameters}, init, {.dtype = dtype, .requires_grad = true}, where);
}
Members PReLU::members() {
  return {{"weight", weight}};
}
Tensor PReLU::forward(const Tensor& x) {
  return prelu(x, weight, CallSite::current());
}
std::string PReLU::describe() const {
  return "PReLU(" + std::to_string(weight.size(0)) + ")";
}

}  // namespace retrograd::nn
