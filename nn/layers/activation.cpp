#include <retrograd/nn/activation.h>

#include <cmath>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/softmax.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

using namespace detail;

namespace {

void require_number(const Frame& call, const char* what, double value) {
  require(call, !std::isnan(value), what, value, "a number is needed");
}

void require_divisor(const Frame& call, const char* what, double value) {
  require(call, std::isfinite(value) && value != 0, what, value,
          "a finite number other than 0 is needed");
}

}  // namespace

Identity::Identity() : Activation("Identity()", [](const Tensor& x, bool) { return x; }) {}
GLU::GLU(std::int64_t dim) : Activation(described("GLU", dim), with(glu, dim)) {}
Softmax::Softmax(std::int64_t dim) : Activation(described("Softmax", dim), with(softmax, dim)) {}
LogSoftmax::LogSoftmax(std::int64_t dim)
    : Activation(described("LogSoftmax", dim), with(log_softmax, dim)) {}
GELU::GELU(GeluApproximation approximate)
    : Activation(approximate == GeluApproximation::tanh ? "GELU(tanh)" : "GELU()",
                 with(gelu, approximate)) {}

LeakyReLU::LeakyReLU(double negative_slope, Where where)
    : Activation(described("LeakyReLU", negative_slope), with(leaky_relu, negative_slope)) {
  require_number(Frame("LeakyReLU", where), "negative_slope", negative_slope);
}
ELU::ELU(double alpha, Where where) : Activation(described("ELU", alpha), with(elu, alpha)) {
  require_number(Frame("ELU", where), "alpha", alpha);
}
CELU::CELU(double alpha, Where where) : Activation(described("CELU", alpha), with(celu, alpha)) {
  require_divisor(Frame("CELU", where), "alpha", alpha);
}
Softplus::Softplus(double beta, double threshold, Where where)
    : Activation(described("Softplus", beta, threshold), with(softplus, beta, threshold)) {
  const Frame call("Softplus", where);
  require_divisor(call, "beta", beta);
  require_number(call, "threshold", threshold);
}
Hardtanh::Hardtanh(double min_val, double max_val, Where where)
    : Activation(described("Hardtanh", min_val, max_val), with(hardtanh, min_val, max_val)) {
  const Frame call("Hardtanh", where);
  require_number(call, "max_val", max_val);
  require(call, min_val < max_val, "min_val", min_val, "less than max_val is needed");
}
Softshrink::Softshrink(double lambd, Where where)
    : Activation(described("Softshrink", lambd), with(softshrink, lambd)) {
  require(Frame("Softshrink", where), lambd >= 0, "lambd", lambd, "at least 0 is needed");
}
Hardshrink::Hardshrink(double lambd, Where where)
    : Activation(described("Hardshrink", lambd), with(hardshrink, lambd)) {
  require_number(Frame("Hardshrink", where), "lambd", lambd);
}

PReLU::PReLU(std::int64_t num_parameters, double init, DType dtype, Where where) {
  const Frame call("PReLU", where);
  require_positive(call, "num_parameters", num_parameters);
  require_number(call, "init", init);
  require_floating(call, dtype);
  weight = full({num_parameters}, init, {.dtype = dtype, .requires_grad = true});
}
Tensor PReLU::forward(const Tensor& x) {
  return prelu(x, weight);
}
std::string PReLU::describe() const {
  return described("PReLU", weight.size(0));
}

}  // namespace retrograd::nn
