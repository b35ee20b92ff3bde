// Dubey et al., "Activation functions in deep learning", 2022, has all of these; comments name
// where they are from. Parameters are rounded as kernels round them.
#include <retrograd/ops/kernels/activation/activation.h>

#include <cmath>

#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

Tensor like(const Tensor& x, const Array& values) {
  return tensor(values, x.shape(), x.dtype());
}

// log(1 + exp(x)): Dugas et al., "Incorporating second-order functional knowledge", 2001
Array softplus_of(const Array& x) {
  return xt::maximum(x, 0.0) + xt::log1p(xt::exp(-xt::abs(x)));
}

}  // namespace

Tensor logsigmoid(const Tensor& x) {
  return like(x, -softplus_of(-array(x)));
}

Tensor softplus(const Tensor& x, double beta, double threshold) {
  const Array values = array(x);
  const Array scaled = values * rounded(beta, x.dtype());
  return like(x, xt::where(scaled > rounded(threshold, x.dtype()), values,
                           softplus_of(scaled) / rounded(beta, x.dtype())));
}

// Maas et al., "Rectifier nonlinearities improve neural network acoustic models", 2013
Tensor leaky_relu(const Tensor& x, double negative_slope) {
  const Array values = array(x);
  return like(x, xt::where(values > 0.0, values, values * rounded(negative_slope, x.dtype())));
}

// Clevert et al., "Fast and accurate deep network learning by exponential linear units", 2016, with
// the scale of Klambauer et al., "Self-normalizing neural networks", 2017
Tensor elu(const Tensor& x, double factor, double scale, double rate) {
  const Array values = array(x);
  const Array below = rounded(factor, x.dtype()) * xt::expm1(values * rounded(rate, x.dtype()));
  return like(x, xt::where(values > 0.0, values * rounded(scale, x.dtype()), below));
}

Tensor hardtanh(const Tensor& x, double min, double max) {
  const Array values = array(x);
  const double low = rounded(min, x.dtype());
  const double high = rounded(max, x.dtype());
  return like(x, xt::where(values < low, low, xt::where(values > high, high, values)));
}

// Howard et al., "Searching for MobileNetV3", 2019, section 5.2: relu6(x + 3) / 6
Tensor hardsigmoid(const Tensor& x) {
  const Array values = array(x);
  return like(x,
              xt::where(values <= -3.0, 0.0, xt::where(values >= 3.0, 1.0, (values + 3.0) / 6.0)));
}

// x relu6(x + 3) / 6
Tensor hardswish(const Tensor& x) {
  const Array values = array(x);
  return like(x, xt::where(values <= -3.0, 0.0,
                           xt::where(values >= 3.0, values, values * (values + 3.0) / 6.0)));
}

Tensor softsign(const Tensor& x) {
  const Array values = array(x);
  return like(x, xt::where(xt::isinf(values), xt::sign(values), values / (1.0 + xt::abs(values))));
}

Tensor tanhshrink(const Tensor& x) {
  const Array values = array(x);
  return like(x, values - xt::tanh(values));
}

// Donoho, "De-noising by soft-thresholding", 1995: towards 0 by the threshold
Tensor softshrink(const Tensor& x, double lambd) {
  const Array values = array(x);
  const double bound = rounded(lambd, x.dtype());
  return like(x, xt::where(xt::abs(values) <= bound, 0.0, values - bound * xt::sign(values)));
}

Tensor hardshrink(const Tensor& x, double lambd) {
  const Array values = array(x);
  return like(x, xt::where(xt::abs(values) <= rounded(lambd, x.dtype()), 0.0, values));
}

// He et al., "Delving deep into rectifiers", 2015, equation 1
Tensor prelu(const Tensor& x, const Tensor& weight) {
  const Array values = array(x);
  return like(x, xt::where(values > 0.0, values, values * array(weight)));
}

Tensor relu_grad(const Tensor& grad, const Tensor& y) {
  return like(y, xt::where(array(y) <= 0.0, 0.0, array(grad)));
}

Tensor add_relu(const Tensor& a, const Tensor& b) {
  const Array sum = array(a) + array(b);
  return like(a, xt::where(sum <= 0.0, 0.0, sum));
}

namespace {

// x of a finite size, beyond which gates and slopes have their limits in every digit.
Array finite(const Array& x) {
  return xt::where(xt::isnan(x), x, xt::clip(x, -800.0, 800.0));
}

Array sigmoid(const Array& x) {
  return 1.0 / (1.0 + xt::exp(-x));
}

// Hendrycks and Gimpel, "Gaussian error linear units", 2016: the normal distribution up to x
Array normal(const Array& x) {
  return 0.5 * xt::erfc(x * -M_SQRT1_2);
}
// and its approximation there, (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
Array near_normal(const Array& x) {
  return 0.5 * (1.0 + xt::tanh(std::sqrt(M_2_PI) * (x + 0.044715 * xt::pow(x, 3.0))));
}
// Misra, "Mish", 2019: tanh(softplus(x))
Array mish_gate(const Array& x) {
  return xt::tanh(softplus_of(x));
}

// The gate g(x) of x g(x).
Array gate_of(Gate gate, const Array& x) {
  switch (gate) {
    case Gate::gelu: return normal(x);
    case Gate::gelu_tanh: return near_normal(x);
    case Gate::silu: return sigmoid(x);
    case Gate::mish: break;
  }
  return mish_gate(x);
}

// Its derivative: of tanh(z), (1 - tanh(z)^2) z'.
Array gate_slope(Gate gate, const Array& x) {
  switch (gate) {
    case Gate::gelu: return xt::exp(-0.5 * x * x) / std::sqrt(2 * M_PI);
    case Gate::gelu_tanh:
      return 0.5 * (1.0 - xt::square(2.0 * near_normal(x) - 1.0)) * std::sqrt(M_2_PI) *
             (1.0 + 3 * 0.044715 * x * x);
    case Gate::silu: return sigmoid(x) * sigmoid(-x);
    case Gate::mish: break;
  }
  return (1.0 - xt::square(mish_gate(x))) * sigmoid(x);
}

}  // namespace

Tensor gated(Gate gate, const Tensor& x) {
  const Array values = array(x);
  return like(x, xt::where(values < 0.0, finite(values), values) * gate_of(gate, finite(values)));
}

Tensor gated_grad(Gate gate, const Tensor& grad, const Tensor& x) {
  const Array values = finite(array(x));
  return like(x, array(grad) * (gate_of(gate, values) + values * gate_slope(gate, values)));
}

}  // namespace retrograd::kernels::reference
