#include <retrograd/optim/sgd.h>

#include <retrograd/optim/detail/one_pass.h>
#include <retrograd/optim/detail/settings.h>
#include <retrograd/optim/detail/state.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::optim {

using namespace detail;

Settings SGDOptions::settings() {
  return {{"lr", &lr, Domain::not_negative}, {"momentum", &momentum, Domain::not_negative},
          {"dampening", &dampening},         {"weight_decay", &weight_decay, Domain::not_negative},
          {"nesterov", &nesterov},           {"maximize", &maximize}};
}

void SGDOptions::check(Where where) const {
  const Frame call(optimizer, where);
  check::require<ValueError>(call, !nesterov || momentum > 0, {},
                             "nesterov needs a momentum above 0, not {} [option-conflict]",
                             momentum);
  check::require<ValueError>(call, !nesterov || dampening == 0, {},
                             "nesterov needs dampening 0, not {} [option-conflict]", dampening);
}

template <>
SGD::StateNames SGD::state_names() const {
  return {.numbers = {}, .tensors = {"momentum_buffer"}};
}

unsigned SGDOptions::used_tensors() const {
  return momentum == 0 ? 0U : 1U;
}

template <>
void SGD::update(std::size_t group, const Tensor& parameter, const Tensor& grad,
                 ParameterState& state) {
  const SGDOptions& o = options(group);
  for_floating_element(parameter.dtype(), [&]<class C>() {
    const C sign = o.maximize ? C(-1) : C(1);
    const C decay = static_cast<C>(o.weight_decay);
    const C lr = static_cast<C>(o.lr);
    if (o.momentum == 0) {
      one_pass<C>(std::array{parameter, grad},
                  [=](C& p, C g) { p -= lr * (sign * g + decay * p); });
      return;
    }
    const bool first = !state.tensors[0].defined();
    const Tensor& velocity = state_tensor(state, 0, parameter);
    const C momentum = static_cast<C>(o.momentum);
    const C fade = static_cast<C>(first ? 1 : 1 - o.momentum);
    const C taken = first ? C(1) : static_cast<C>(1 - o.dampening);
    const C from_gradient = o.nesterov ? C(1) : C(0);
    const C from_velocity = o.nesterov ? momentum : C(1);
    one_pass<C>(std::array{parameter, grad, velocity}, [=](C& p, C g, C& v) {
      g = sign * g + decay * p;
      v -= fade * v;  // momentum * v, less far from exact: 1 - momentum is small
      v += taken * g;
      p -= lr * (from_gradient * g + from_velocity * v);
    });
  });
}

template class GroupedOptimizer<SGDOptions>;
template class OptimizerOf<SGDOptions>;

}  // namespace retrograd::optim
