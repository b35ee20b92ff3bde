#include <retrograd/optim/adam.h>

#include <algorithm>
#include <cmath>

#include <retrograd/optim/detail/one_pass.h>
#include <retrograd/optim/detail/state.h>

namespace retrograd::optim {

using namespace detail;

namespace {

// The options that the whole family has.
template <class Options>
Settings family_settings(Options& o) {
  return {{"lr", &o.lr, Domain::not_negative},
          {"betas.0", &o.betas[0], Domain::below_one},
          {"betas.1", &o.betas[1], Domain::below_one},
          {"eps", &o.eps, Domain::not_negative},
          {"weight_decay", &o.weight_decay, Domain::not_negative}};
}

template <class Options>
Settings adam_settings(Options& o) {
  Settings all = family_settings(o);
  all.push_back({"amsgrad", &o.amsgrad});
  all.push_back({"maximize", &o.maximize});
  return all;
}

// A decayed mean and what a new value adds to it, in the type computed in.
template <class C>
struct Average {
  C keep;
  C take;
  explicit Average(double beta) : keep(static_cast<C>(beta)), take(static_cast<C>(1 - beta)) {}
  void operator()(C& mean, C value) const { mean = mean * keep + take * value; }
};

// `shrink` is the part of the parameter that decoupled decay takes away.
void adam_update(const AdamOptions& o, double shrink, const Tensor& parameter, const Tensor& grad,
                 ParameterState& state) {
  const double t = ++state.numbers[0];
  const double correction2 = std::sqrt(1 - std::pow(o.betas[1], t));
  const double step_size = o.lr / (1 - std::pow(o.betas[0], t));
  const Tensor& m = state_tensor(state, 0, parameter);
  const Tensor& v = state_tensor(state, 1, parameter);
  for_floating_element(parameter.dtype(), [&]<class C>() {
    const Average<C> first(o.betas[0]);
    const Average<C> second(o.betas[1]);
    const C sign = o.maximize ? C(-1) : C(1);
    const C decay = static_cast<C>(o.weight_decay);
    const C fade = static_cast<C>(shrink);  // 1 - shrink would be far from exact in float32
    const C size = static_cast<C>(step_size);
    const C root2 = static_cast<C>(correction2);
    const C eps = static_cast<C>(o.eps);
    const auto moments = [=](C& p, C g, C& mean, C& square) {
      g = sign * g + decay * p;
      p -= fade * p;
      first(mean, g);
      second(square, g * g);
    };
    if (o.amsgrad) {
      const Tensor& most = state_tensor(state, 2, parameter);
      one_pass<C>(std::array{parameter, grad, m, v, most},
                  [=](C& p, C g, C& mean, C& square, C& largest) {
                    moments(p, g, mean, square);
                    largest = largest < square ? square : largest;
                    p -= size * mean / (std::sqrt(largest) / root2 + eps);
                  });
    } else {
      one_pass<C>(std::array{parameter, grad, m, v}, [=](C& p, C g, C& mean, C& square) {
        moments(p, g, mean, square);
        p -= size * mean / (std::sqrt(square) / root2 + eps);
      });
    }
  });
}

}  // namespace

Settings AdamOptions::settings() {
  return adam_settings(*this);
}
Settings AdamWOptions::settings() {
  return adam_settings(*this);
}

template <>
Adam::StateNames Adam::state_names() const {
  return {.numbers = {{"step", 0}},
          .tensors = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"},
          .always = 2};
}
template <>
AdamW::StateNames AdamW::state_names() const {
  return {.numbers = {{"step", 0}},
          .tensors = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"},
          .always = 2};
}

unsigned AdamOptions::used_tensors() const {
  return amsgrad ? 7U : 3U;
}

template <>
void Adam::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                  ParameterState& state) {
  adam_update(options(group), 0, parameter, grad, state);
}
unsigned AdamWOptions::used_tensors() const {
  return amsgrad ? 7U : 3U;
}

template <>
void AdamW::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                   ParameterState& state) {
  const AdamWOptions& o = options(group);
  const AdamOptions coupled{o.lr, o.betas, o.eps, 0, o.amsgrad, o.maximize};
  adam_update(coupled, o.lr * o.weight_decay, parameter, grad, state);
}

Settings AdamaxOptions::settings() {
  Settings all = family_settings(*this);
  all.push_back({"maximize", &maximize});
  return all;
}

template <>
Adamax::StateNames Adamax::state_names() const {
  return {.numbers = {{"step", 0}}, .tensors = {"exp_avg", "exp_inf"}, .always = 2};
}

template <>
void Adamax::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                    ParameterState& state) {
  const AdamaxOptions& o = options(group);
  const double t = ++state.numbers[0];
  const Tensor& m = state_tensor(state, 0, parameter);
  const Tensor& u = state_tensor(state, 1, parameter);
  for_floating_element(parameter.dtype(), [&]<class C>() {
    const Average<C> first(o.betas[0]);
    const C sign = o.maximize ? C(-1) : C(1);
    const C decay = static_cast<C>(o.weight_decay);
    const C beta2 = static_cast<C>(o.betas[1]);
    const C eps = static_cast<C>(o.eps);
    const C size = static_cast<C>(o.lr / (1 - std::pow(o.betas[0], t)));
    one_pass<C>(std::array{parameter, grad, m, u}, [=](C& p, C g, C& mean, C& norm) {
      g = sign * g + decay * p;
      first(mean, g);
      const C faded = norm * beta2;
      const C now = std::abs(g) + eps;
      norm = faded > now ? faded : now;
      p -= size * mean / norm;
    });
  });
}

Settings NAdamOptions::settings() {
  Settings all = family_settings(*this);
  all.push_back({"momentum_decay", &momentum_decay, Domain::not_negative});
  return all;
}

template <>
NAdam::StateNames NAdam::state_names() const {
  return {.numbers = {{"step", 0}, {"mu_product", 1}},
          .tensors = {"exp_avg", "exp_avg_sq"},
          .always = 2};
}

template <>
void NAdam::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                   ParameterState& state) {
  const NAdamOptions& o = options(group);
  const double t = ++state.numbers[0];
  const auto mu_at = [&](double step) {
    return o.betas[0] * (1 - 0.5 * std::pow(0.96, step * o.momentum_decay));
  };
  const double mu = mu_at(t);
  const double mu_next = mu_at(t + 1);
  const double product = state.numbers[1] *= mu;
  const Tensor& m = state_tensor(state, 0, parameter);
  const Tensor& v = state_tensor(state, 1, parameter);
  for_floating_element(parameter.dtype(), [&]<class C>() {
    const Average<C> first(o.betas[0]);
    const Average<C> second(o.betas[1]);
    const C decay = static_cast<C>(o.weight_decay);
    const C eps = static_cast<C>(o.eps);
    const C correction2 = static_cast<C>(1 - std::pow(o.betas[1], t));
    const C from_gradient = static_cast<C>(o.lr * (1 - mu) / (1 - product));
    const C from_mean = static_cast<C>(o.lr * mu_next / (1 - product * mu * mu_next));
    one_pass<C>(std::array{parameter, grad, m, v}, [=](C& p, C g, C& mean, C& square) {
      g += decay * p;
      first(mean, g);
      second(square, g * g);
      p -= (from_gradient * g + from_mean * mean) / (std::sqrt(square / correction2) + eps);
    });
  });
}

Settings RAdamOptions::settings() {
  return family_settings(*this);
}

template <>
RAdam::StateNames RAdam::state_names() const {
  return {.numbers = {{"step", 0}}, .tensors = {"exp_avg", "exp_avg_sq"}, .always = 2};
}

template <>
void RAdam::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                   ParameterState& state) {
  const RAdamOptions& o = options(group);
  const double t = ++state.numbers[0];
  const double power2 = std::pow(o.betas[1], t);
  const double rho_inf = 2 / (1 - o.betas[1]) - 1;
  const double rho = rho_inf - 2 * t * power2 / (1 - power2);
  const bool rectified = rho > 5;
  double size = o.lr / (1 - std::pow(o.betas[0], t));
  if (rectified) {
    size *= std::sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) *
            std::sqrt(1 - power2);
  }
  const Tensor& m = state_tensor(state, 0, parameter);
  const Tensor& v = state_tensor(state, 1, parameter);
  for_floating_element(parameter.dtype(), [&]<class C>() {
    const Average<C> first(o.betas[0]);
    const Average<C> second(o.betas[1]);
    const C decay = static_cast<C>(o.weight_decay);
    const C eps = static_cast<C>(o.eps);
    const C step_size = static_cast<C>(size);
    const auto moments = [=](C p, C g, C& mean, C& square) {
      g += decay * p;
      first(mean, g);
      second(square, g * g);
    };
    if (rectified) {
      one_pass<C>(std::array{parameter, grad, m, v}, [=](C& p, C g, C& mean, C& square) {
        moments(p, g, mean, square);
        p -= step_size * mean / (std::sqrt(square) + eps);
      });
    } else {
      one_pass<C>(std::array{parameter, grad, m, v}, [=](C& p, C g, C& mean, C& square) {
        moments(p, g, mean, square);
        p -= step_size * mean;
      });
    }
  });
}

template class GroupedOptimizer<AdamOptions>;
template class OptimizerOf<AdamOptions>;
template class GroupedOptimizer<AdamWOptions>;
template class OptimizerOf<AdamWOptions>;
template class GroupedOptimizer<AdamaxOptions>;
template class OptimizerOf<AdamaxOptions>;
template class GroupedOptimizer<NAdamOptions>;
template class OptimizerOf<NAdamOptions>;
template class GroupedOptimizer<RAdamOptions>;
template class OptimizerOf<RAdamOptions>;

}  // namespace retrograd::optim
