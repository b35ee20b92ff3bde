// Loading state is all or nothing, whichever allocation fails.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "memory/failing_malloc.h"

namespace rg = retrograd;
namespace nn = rg::nn;
namespace optim = rg::optim;
using rg::StateDict;
using rg::Tensor;

namespace {

std::vector<double> values_of(const StateDict& state) {
  std::vector<double> all;
  for (const auto& [name, tensor] : state) {
    const auto values = tensor.to_vector<double>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

// Calls `change` with every allocation failing in turn, until it succeeds; `state` must be as
// before each time.
void check_all_or_nothing(const std::function<void()>& change,
                          const std::function<std::vector<double>()>& state) {
  rg::memory::set_cache_limit(0);
  const auto before = state();
  long number = 0;
  for (bool done = false; !done;) {
    ++number;
    CAPTURE(number);
    try {
      const failing_malloc::Guard failing(number, true);
      change();
      done = true;
    } catch (const std::bad_alloc&) {
    }
    if (!done) {
      REQUIRE(state() == before);
    }
    REQUIRE(number < 100000);
  }
  CHECK(number > 2);
  CHECK(state() != before);
}

// Loads `saved` into a target whose state differs.
template <class T>
void check_load(T& target, const StateDict& saved) {
  check_all_or_nothing([&] { target.load_state_dict(saved); },
                       [&] { return values_of(target.state_dict()); });
  CHECK(values_of(target.state_dict()) == values_of(saved));
}

struct Net : nn::Module {
  nn::Conv2d conv{1, 3, 3};
  nn::BatchNorm2d norm{3};
  nn::Linear head{3, 3};
  Tensor tied = head.weight;
  nn::Members members() override {
    return {{"conv", conv}, {"norm", norm}, {"head", head}, {"tied", tied}};
  }
};

StateDict converted(const StateDict& state, rg::DType dtype) {
  StateDict all;
  for (const auto& [name, tensor] : state) {
    all.insert(name, rg::is_floating(tensor.dtype()) ? tensor.to(dtype) : tensor);
  }
  return all;
}

std::vector<Tensor> parameters() {
  return {rg::randn({2, 3}).set_requires_grad(), rg::randn({3}).set_requires_grad()};
}

// Has all state that its options make.
template <class O>
void train(O& optimizer, const std::vector<Tensor>& parameters) {
  for (int step = 0; step < 3; ++step) {
    optimizer.step([&] {
      optimizer.zero_grad();
      const Tensor loss = rg::sum(rg::square(parameters[0] * parameters[1] - 1.0));
      loss.backward();
      return loss;
    });
  }
}

template <class O>
void check_optimizer(decltype(O::Group::options) options) {
  const auto all = parameters();
  O from(all, options);
  train(from, all);
  options.lr *= 2;
  O fresh(all, options);
  check_load(fresh, from.state_dict());
  O trained(all, options);
  train(trained, all);
  check_load(trained, from.state_dict());
}

}  // namespace

TEST_CASE("load_state_dict of a module: with and without conversion") {
  Net from;
  for (const rg::DType dtype : {rg::float32, rg::float64}) {
    Net to;
    check_load(to, converted(from.state_dict(), dtype));
  }
  Net wide;
  wide.to(rg::float64);
  check_load(wide, from.state_dict());
}

TEST_CASE("Module::to: all members or none") {
  Net model;
  const auto dtypes = [&] {
    std::vector<double> all;
    for (const auto& [name, tensor] : model.state_dict()) {
      all.push_back(static_cast<double>(tensor.dtype()));
    }
    return all;
  };
  check_all_or_nothing([&] { model.to(rg::float64); }, dtypes);
  CHECK(model.tied.impl_or_null() == model.head.weight.impl_or_null());
}

TEST_CASE("load_state_dict of optimisers") {
  check_optimizer<optim::SGD>({.lr = 0.05, .momentum = 0.9});
  check_optimizer<optim::Adam>({.lr = 0.05, .amsgrad = true});
  check_optimizer<optim::RMSprop>({.lr = 0.05, .momentum = 0.9, .centered = true});
  check_optimizer<optim::LBFGS>({.lr = 0.5, .max_iter = 2});
}

TEST_CASE("load_state_dict of an average") {
  const auto all = parameters();
  optim::EMA from(all);
  optim::EMA to(parameters());
  from.update();
  check_load(to, from.state_dict());
}

TEST_CASE("load_state_dict of schedulers: epochs, rates and momenta") {
  namespace lr = optim::lr_scheduler;
  using Schedulers = std::vector<std::shared_ptr<lr::LRScheduler>>;
  const std::vector<std::function<std::shared_ptr<lr::LRScheduler>(optim::Optimizer&)>> kinds{
      [](optim::Optimizer& o) {
        return std::make_shared<lr::StepLR>(o, lr::StepLROptions{.step_size = 2});
      },
      [](optim::Optimizer& o) {
        return std::make_shared<lr::OneCycleLR>(
            o, lr::OneCycleLROptions{.max_lr = 1.0, .total_steps = 9});
      },
      [](optim::Optimizer& o) {
        return std::make_shared<lr::ChainedScheduler>(
            Schedulers{std::make_shared<lr::LinearLR>(o),
                       std::make_shared<lr::ExponentialLR>(o, lr::ExponentialLROptions{0.9})});
      },
  };
  for (const auto& make : kinds) {
    const auto optimizer = [] {
      const auto all = parameters();
      using Group = optim::SGD::Group;
      return std::make_shared<optim::SGD>(std::vector<Group>{
          {{all[0]}, {.lr = 1, .momentum = 0.5}}, {{all[1]}, {.lr = 2, .momentum = 0.25}}});
    };
    const auto saved_with = optimizer();
    const auto from = make(*saved_with);
    for (int epoch = 0; epoch < 3; ++epoch) {
      from->step();
    }
    const StateDict saved = from->state_dict();
    const auto used = optimizer();
    const auto to = make(*used);
    const auto state = [&] {
      auto all = values_of(to->state_dict());
      for (const std::size_t g : {std::size_t{0}, std::size_t{1}}) {
        all.push_back(used->lr(g));
        all.push_back(*used->momentum(g));
      }
      return all;
    };
    check_all_or_nothing([&] { to->load_state_dict(saved); }, state);
    CHECK(used->lr(1) == saved_with->lr(1));
    CHECK(*used->momentum(1) == *saved_with->momentum(1));
  }
}
