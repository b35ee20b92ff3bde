// Everything that takes a state dict.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/optim_cases.h"

namespace fuzz {

struct StateTarget {
  std::string name;
  std::function<retrograd::StateDict()> state;
  std::function<void(const retrograd::StateDict&)> load;
  std::function<void()> use;
};

using StateTargets = std::vector<std::function<StateTarget()>>;

template <class T, class Use>
StateTarget state_target(std::string name, std::shared_ptr<T> target, Use use) {
  return {std::move(name), [target] { return target->state_dict(); },
          [target](const retrograd::StateDict& state) { target->load_state_dict(state); },
          std::move(use)};
}

struct SmallNet : retrograd::nn::Module {
  retrograd::nn::Linear fc{3, 2};
  retrograd::nn::BatchNorm1d norm{2};
  retrograd::nn::Members members() override { return {{"fc", fc}, {"norm", norm}}; }
};

inline StateTarget module_target(retrograd::DType dtype) {
  const auto net = std::make_shared<SmallNet>();
  net->to(dtype);
  return state_target("module", net, [net, dtype] {
    const retrograd::Tensor x = retrograd::ones({2, 3}, {.dtype = dtype});
    net->norm(net->fc(x));
  });
}

inline std::vector<retrograd::Tensor> state_parameters() {
  return {retrograd::full({2, 3}, 0.5).set_requires_grad(),
          retrograd::ones({3}).set_requires_grad()};
}

inline StateTarget optimizer_target(const test::OptimizerCase& each) {
  const auto parameters = state_parameters();
  const std::shared_ptr<retrograd::optim::Optimizer> optimizer = each.make(parameters);
  return state_target(each.name, optimizer, [parameters, optimizer] {
    optimizer->step([&] {
      optimizer->zero_grad();
      const auto loss = retrograd::sum(retrograd::square(parameters[0] * parameters[1] - 1.0));
      loss.backward();
      return loss;
    });
  });
}

inline StateTarget average_target() {
  const auto parameters = state_parameters();
  const auto average = std::make_shared<retrograd::optim::EMA>(
      parameters, retrograd::optim::EMAOptions{.warm_up = true});
  return state_target("EMA", average, [average] {
    average->update();
    average->swap();
  });
}

// A scheduler of an optimiser with momentum, made by `make` from the latter.
template <class Make>
std::function<StateTarget()> scheduler_target(std::string name, Make make) {
  return [name, make] {
    const auto optimizer = std::make_shared<retrograd::optim::SGD>(
        state_parameters(), retrograd::optim::SGDOptions{.lr = 0.1, .momentum = 0.9});
    const auto scheduler = make(*optimizer);
    return state_target(name, scheduler, [optimizer, scheduler] {
      if constexpr (requires { scheduler->step(1.0); }) {
        scheduler->step(1.0);
      } else {
        scheduler->step();
      }
    });
  };
}

inline StateTargets state_targets() {
  namespace lr = retrograd::optim::lr_scheduler;
  using Optimizer = retrograd::optim::Optimizer;
  StateTargets all{[] { return module_target(retrograd::float32); },
                   [] { return module_target(retrograd::bfloat16); }, average_target};
  for (const auto& each : test::optimizer_cases()) {
    all.push_back([each] { return optimizer_target(each); });
  }
  all.push_back(scheduler_target("StepLR", [](Optimizer& o) {
    return std::make_shared<lr::StepLR>(o, lr::StepLROptions{.step_size = 2});
  }));
  all.push_back(scheduler_target("MultiStepLR", [](Optimizer& o) {
    return std::make_shared<lr::MultiStepLR>(o, lr::MultiStepLROptions{.milestones = {2, 5}});
  }));
  all.push_back(scheduler_target("CosineAnnealingLR", [](Optimizer& o) {
    return std::make_shared<lr::CosineAnnealingLR>(o, lr::CosineAnnealingLROptions{.T_max = 4});
  }));
  all.push_back(scheduler_target("CosineAnnealingWarmRestarts", [](Optimizer& o) {
    return std::make_shared<lr::CosineAnnealingWarmRestarts>(
        o, lr::CosineAnnealingWarmRestartsOptions{.T_0 = 2, .T_mult = 2});
  }));
  all.push_back(scheduler_target("PolynomialLR", [](Optimizer& o) {
    return std::make_shared<lr::PolynomialLR>(o, lr::PolynomialLROptions{.power = 2});
  }));
  all.push_back(scheduler_target("OneCycleLR", [](Optimizer& o) {
    return std::make_shared<lr::OneCycleLR>(o,
                                            lr::OneCycleLROptions{.max_lr = 1.0, .total_steps = 9});
  }));
  all.push_back(scheduler_target("SequentialLR", [](Optimizer& o) {
    return std::make_shared<lr::SequentialLR>(
        o,
        std::vector<std::shared_ptr<lr::LRScheduler>>{
            std::make_shared<lr::LinearLR>(o),
            std::make_shared<lr::ExponentialLR>(o, lr::ExponentialLROptions{.gamma = 0.9})},
        std::vector<std::int64_t>{2});
  }));
  all.push_back(scheduler_target("ChainedScheduler", [](Optimizer& o) {
    return std::make_shared<lr::ChainedScheduler>(std::vector<std::shared_ptr<lr::LRScheduler>>{
        std::make_shared<lr::ConstantLR>(o),
        std::make_shared<lr::ExponentialLR>(o, lr::ExponentialLROptions{.gamma = 0.9})});
  }));
  all.push_back(scheduler_target("ReduceLROnPlateau", [](Optimizer& o) {
    return std::make_shared<lr::ReduceLROnPlateau>(o);
  }));
  return all;
}

}  // namespace fuzz
