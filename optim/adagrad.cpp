#include <retrograd/optim/adagrad.h>

#include <cmath>

#include <retrograd/optim/detail/one_pass.h>
#include <retrograd/optim/detail/state.h>

namespace retrograd::optim {

using namespace detail;

Settings AdagradOptions::settings() {
  return {{"lr", &lr, Domain::not_negative},
          {"lr_decay", &lr_decay, Domain::not_negative},
          {"weight_decay", &weight_decay, Domain::not_negative},
          {"initial_accumulator_value", &initial_accumulator_value, Domain::not_negative},
          {"eps", &eps, Domain::not_negative},
          {"maximize", &maximize}};
}

template <>
Adagrad::StateNames Adagrad::state_names() const {
  return {.numbers = {{"step", 0}}, .tensors = {"sum"}, .always = 1};
}

template <>
void Adagrad::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                     ParameterState& state) {
  const AdagradOptions& o = options(group);
  const double t = ++state.numbers[0];
  const Tensor& sum = state_tensor(state, 0, parameter, o.initial_accumulator_value);
  for_floating_element(parameter.dtype(), [&]<class C>() {
    const C sign = o.maximize ? C(-1) : C(1);
    const C decay = static_cast<C>(o.weight_decay);
    const C lr = static_cast<C>(o.lr / (1 + (t - 1) * o.lr_decay));
    const C eps = static_cast<C>(o.eps);
    one_pass<C>(std::array{parameter, grad, sum}, [=](C& p, C g, C& s) {
      g = sign * g + decay * p;
      s += g * g;
      p -= lr * g / (std::sqrt(s) + eps);
    });
  });
}

Settings AdadeltaOptions::settings() {
  return {{"lr", &lr, Domain::not_negative},
          {"rho", &rho, Domain::up_to_one},
          {"eps", &eps, Domain::not_negative},
          {"weight_decay", &weight_decay, Domain::not_negative},
          {"maximize", &maximize}};
}

template <>
Adadelta::StateNames Adadelta::state_names() const {
  return {.numbers = {}, .tensors = {"square_avg", "acc_delta"}, .always = 2};
}

template <>
void Adadelta::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                      ParameterState& state) {
  const AdadeltaOptions& o = options(group);
  const Tensor& square = state_tensor(state, 0, parameter);
  const Tensor& moved = state_tensor(state, 1, parameter);
  for_floating_element(parameter.dtype(), [&]<class C>() {
    const C sign = o.maximize ? C(-1) : C(1);
    const C decay = static_cast<C>(o.weight_decay);
    const C lr = static_cast<C>(o.lr);
    const C rho = static_cast<C>(o.rho);
    const C take = static_cast<C>(1 - o.rho);
    const C eps = static_cast<C>(o.eps);
    one_pass<C>(std::array{parameter, grad, square, moved}, [=](C& p, C g, C& s, C& a) {
      g = sign * g + decay * p;
      s = rho * s + take * (g * g);
      const C d = std::sqrt(a + eps) / std::sqrt(s + eps) * g;
      a = rho * a + take * (d * d);
      p -= lr * d;
    });
  });
}

Settings RMSpropOptions::settings() {
  return {{"lr", &lr, Domain::not_negative},
          {"alpha", &alpha, Domain::up_to_one},
          {"eps", &eps, Domain::not_negative},
          {"weight_decay", &weight_decay, Domain::not_negative},
          {"momentum", &momentum, Domain::not_negative},
          {"centered", &centered},
          {"maximize", &maximize}};
}

template <>
RMSprop::StateNames RMSprop::state_names() const {
  return {.numbers = {}, .tensors = {"square_avg", "grad_avg", "momentum_buffer"}, .always = 1};
}

unsigned RMSpropOptions::used_tensors() const {
  const RMSpropOptions& o = *this;
  return 1U | (o.centered ? 2U : 0U) | (o.momentum > 0 ? 4U : 0U);
}

template <>
void RMSprop::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                     ParameterState& state) {
  const RMSpropOptions& o = options(group);
  const Tensor& square = state_tensor(state, 0, parameter);
  for_floating_element(parameter.dtype(), [&]<class C>() {
    const C sign = o.maximize ? C(-1) : C(1);
    const C decay = static_cast<C>(o.weight_decay);
    const C lr = static_cast<C>(o.lr);
    const C alpha = static_cast<C>(o.alpha);
    const C take = static_cast<C>(1 - o.alpha);
    const C eps = static_cast<C>(o.eps);
    const C momentum = static_cast<C>(o.momentum);
    const auto gradient = [=](C p, C g) { return sign * g + decay * p; };
    const auto plain = [=](C g, C& s) {
      s = alpha * s + take * (g * g);
      return g / (std::sqrt(s) + eps);
    };
    const auto centered = [=](C g, C& s, C& mean) {
      s = alpha * s + take * (g * g);
      mean = alpha * mean + take * g;
      return g / (std::sqrt(s - mean * mean) + eps);
    };
    const auto moving = [=](C& p, C d, C& v) {
      v = momentum * v + d;
      p -= lr * v;
    };
    if (o.centered && o.momentum > 0) {
      const Tensor& mean = state_tensor(state, 1, parameter);
      const Tensor& velocity = state_tensor(state, 2, parameter);
      one_pass<C>(
          std::array{parameter, grad, square, mean, velocity},
          [=](C& p, C g, C& s, C& a, C& v) { moving(p, centered(gradient(p, g), s, a), v); });
    } else if (o.centered) {
      const Tensor& mean = state_tensor(state, 1, parameter);
      one_pass<C>(std::array{parameter, grad, square, mean},
                  [=](C& p, C g, C& s, C& a) { p -= lr * centered(gradient(p, g), s, a); });
    } else if (o.momentum > 0) {
      const Tensor& velocity = state_tensor(state, 2, parameter);
      one_pass<C>(std::array{parameter, grad, square, velocity},
                  [=](C& p, C g, C& s, C& v) { moving(p, plain(gradient(p, g), s), v); });
    } else {
      one_pass<C>(std::array{parameter, grad, square},
                  [=](C& p, C g, C& s) { p -= lr * plain(gradient(p, g), s); });
    }
  });
}

template class GroupedOptimizer<AdagradOptions>;
template class OptimizerOf<AdagradOptions>;
template class GroupedOptimizer<AdadeltaOptions>;
template class OptimizerOf<AdadeltaOptions>;
template class GroupedOptimizer<RMSpropOptions>;
template class OptimizerOf<RMSpropOptions>;

}  // namespace retrograd::optim
