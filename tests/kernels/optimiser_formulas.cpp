#include "optimiser_formulas.h"

#include <cmath>

namespace optim = retrograd::optim;

namespace kernel_tests {

namespace {

// The gradient of what is minimised, with that of the penalty weight_decay / 2 |p|^2.
template <class Options>
Array penalised(const Options& o, const Array& p, const Array& grad) {
  if constexpr (requires { o.maximize; }) {
    return (o.maximize ? -1.0 : 1.0) * grad + o.weight_decay * p;
  } else {
    return grad + o.weight_decay * p;
  }
}

// Kingma and Ba, "Adam", 2015, algorithm 1: decayed means of g and its square.
template <class Options>
void add_to_moments(const Options& o, Updated& s, const Array& g) {
  s.m = o.betas[0] * s.m + (1 - o.betas[0]) * g;
  s.v = o.betas[1] * s.v + (1 - o.betas[1]) * xt::square(g);
}

// With the largest square so far in the place of the last: Reddi et al., "On the convergence of
// Adam and beyond", 2018.
template <class Options>
void adam_step(const Options& o, Updated& s, const Array& g) {
  add_to_moments(o, s, g);
  s.largest = xt::maximum(s.largest, s.v);
  const Array m_hat = s.m / (1 - std::pow(o.betas[0], s.t));
  const Array v_hat = (o.amsgrad ? s.largest : s.v) / (1 - std::pow(o.betas[1], s.t));
  s.p -= o.lr * m_hat / (xt::sqrt(v_hat) + o.eps);
}

}  // namespace

// Sutskever et al., "On the importance of initialization and momentum", 2013, in PyTorch's form.
void update(const optim::SGDOptions& o, Updated& s, const Array& grad) {
  const Array g = penalised(o, s.p, grad);
  s.m = ++s.t == 1 ? g : Array(o.momentum * s.m + (1 - o.dampening) * g);
  s.p -= o.lr * (o.momentum == 0 ? g : o.nesterov ? Array(g + o.momentum * s.m) : s.m);
}

void update(const optim::AdamOptions& o, Updated& s, const Array& grad) {
  ++s.t;
  adam_step(o, s, penalised(o, s.p, grad));
}

// Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2.
void update(const optim::AdamWOptions& o, Updated& s, const Array& grad) {
  ++s.t;
  s.p -= o.lr * o.weight_decay * s.p;
  adam_step(o, s, (o.maximize ? -1.0 : 1.0) * grad);
}

// Kingma and Ba, 2015, algorithm 2.
void update(const optim::AdamaxOptions& o, Updated& s, const Array& grad) {
  ++s.t;
  const Array g = penalised(o, s.p, grad);
  s.m = o.betas[0] * s.m + (1 - o.betas[0]) * g;
  s.v = xt::maximum(o.betas[1] * s.v, xt::abs(g) + o.eps);
  s.p -= o.lr / (1 - std::pow(o.betas[0], s.t)) * s.m / s.v;
}

// Dozat, "Incorporating Nesterov momentum into Adam", 2016, with momentum mu that grows. The last
// mu is twice in the product below m, as in PyTorch 1.13, which the library follows:
// https://github.com/pytorch/pytorch/pull/92699
void update(const optim::NAdamOptions& o, Updated& s, const Array& grad) {
  ++s.t;
  const Array g = penalised(o, s.p, grad);
  const auto mu_at = [&](double t) {
    return o.betas[0] * (1 - 0.5 * std::pow(0.96, t * o.momentum_decay));
  };
  const double mu = mu_at(s.t);
  const double next = mu_at(s.t + 1);
  s.product *= mu;
  add_to_moments(o, s, g);
  const Array m_hat = next * s.m / (1 - s.product * mu * next) + (1 - mu) * g / (1 - s.product);
  const Array v_hat = s.v / (1 - std::pow(o.betas[1], s.t));
  s.p -= o.lr * m_hat / (xt::sqrt(v_hat) + o.eps);
}

// Liu et al., "On the variance of the adaptive learning rate and beyond", 2020, algorithm 2; eps is
// added before the correction, as in PyTorch.
void update(const optim::RAdamOptions& o, Updated& s, const Array& grad) {
  ++s.t;
  add_to_moments(o, s, penalised(o, s.p, grad));
  const Array m_hat = s.m / (1 - std::pow(o.betas[0], s.t));
  const double faded = std::pow(o.betas[1], s.t);
  const double rho_inf = 2 / (1 - o.betas[1]) - 1;
  const double rho = rho_inf - 2 * s.t * faded / (1 - faded);
  if (rho <= 5) {
    s.p -= o.lr * m_hat;
    return;
  }
  const double r =
      std::sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho));
  s.p -= o.lr * r * m_hat * std::sqrt(1 - faded) / (xt::sqrt(s.v) + o.eps);
}

// Duchi et al., "Adaptive subgradient methods", 2011, with a learning rate that decays.
void update(const optim::AdagradOptions& o, Updated& s, const Array& grad) {
  const Array g = penalised(o, s.p, grad);
  s.v += xt::square(g) + (s.t == 0 ? o.initial_accumulator_value : 0);
  s.p -= o.lr / (1 + s.t * o.lr_decay) * g / (xt::sqrt(s.v) + o.eps);
  ++s.t;
}

// Zeiler, "ADADELTA", 2012, algorithm 1.
void update(const optim::AdadeltaOptions& o, Updated& s, const Array& grad) {
  const Array g = penalised(o, s.p, grad);
  s.v = o.rho * s.v + (1 - o.rho) * xt::square(g);
  const Array step = xt::sqrt(s.moved + o.eps) / xt::sqrt(s.v + o.eps) * g;
  s.moved = o.rho * s.moved + (1 - o.rho) * xt::square(step);
  s.p -= o.lr * step;
}

// Hinton, "Neural networks for machine learning", 2012, lecture 6e; centred as in Graves,
// "Generating sequences with recurrent neural networks", 2013, equation 40.
void update(const optim::RMSpropOptions& o, Updated& s, const Array& grad) {
  const Array g = penalised(o, s.p, grad);
  s.v = o.alpha * s.v + (1 - o.alpha) * xt::square(g);
  s.m = o.alpha * s.m + (1 - o.alpha) * g;
  const Array spread = o.centered ? Array(s.v - xt::square(s.m)) : s.v;
  s.moved = o.momentum * s.moved + g / (xt::sqrt(spread) + o.eps);
  s.p -= o.lr * s.moved;
}

}  // namespace kernel_tests
