#include "format_runs.h"

#include <cstdint>
#include <utility>

namespace rg = retrograd;
namespace optim = rg::optim;
using namespace rg::optim::lr_scheduler;
using rg::StateDict;
using rg::Tensor;

namespace test {

namespace {

// Numbers from -1 to 1, without random ones: their stream may change between versions.
Tensor numbers(const rg::Shape& shape, double step) {
  const Tensor flat = rg::arange(rg::zeros(shape).numel()).to(rg::float32);
  return rg::reshape(rg::sin(flat * step + 1), shape);
}

class ModuleRun final : public FormatRun {
 public:
  ModuleRun() {
    double step = 0.3;
    for (Tensor& parameter : model_.parameters()) {
      const rg::NoGradGuard unrecorded;
      parameter.copy_(numbers(parameter.shape(), step += 0.1));
    }
  }
  StateDict state() override { return model_.state_dict(); }
  void load(const StateDict& state) override { model_.load_state_dict(state); }
  // Moves the running statistics.
  void step() override {
    model_.train();
    model_(numbers({3, 1, 4, 4}, 0.7));
  }
  StateDict values() override {
    model_.eval();
    StateDict all;
    all.insert("output", model_(numbers({2, 1, 4, 4}, 0.4)).detach());
    return all;
  }

 private:
  rg::nn::Sequential model_{rg::nn::Conv2d(1, 2, 3), rg::nn::BatchNorm2d(2), rg::nn::ReLU(),
                            rg::nn::Flatten(), rg::nn::Linear(8, 3)};
};

// Two parameters and their loss.
struct Problem {
  Tensor weight = numbers({2, 3}, 0.9).detach().set_requires_grad();
  Tensor bias = numbers({2}, 0.5).detach().set_requires_grad();

  std::vector<Tensor> parameters() const { return {weight, bias}; }
  void step(optim::Optimizer& optimizer) const {
    optimizer.step([&] {
      optimizer.zero_grad();
      const Tensor y = rg::linear(numbers({4, 3}, 0.6), weight, bias);
      const Tensor loss = rg::mean(rg::square(rg::tanh(y) - 0.25));
      loss.backward();
      return loss;
    });
  }
  StateDict values() const {
    StateDict all;
    all.insert("weight", weight.detach());
    all.insert("bias", bias.detach());
    return all;
  }
};

template <class O>
class OptimizerRun final : public FormatRun {
 public:
  explicit OptimizerRun(decltype(O::Group::options) options)
      : optimizer_(problem_.parameters(), options) {}
  StateDict state() override { return optimizer_.state_dict(); }
  void load(const StateDict& state) override { optimizer_.load_state_dict(state); }
  void step() override { problem_.step(optimizer_); }
  StateDict values() override { return problem_.values(); }

 private:
  Problem problem_;
  O optimizer_;
};

class AverageRun final : public FormatRun {
 public:
  StateDict state() override { return average_.state_dict(); }
  void load(const StateDict& state) override { average_.load_state_dict(state); }
  void step() override {
    const rg::NoGradGuard unrecorded;
    problem_.weight.add_(0.5);
    average_.update();
  }
  StateDict values() override {
    StateDict all = problem_.values();
    all.insert("average", average_.averages()[0]);
    return all;
  }

 private:
  Problem problem_;
  optim::EMA average_{problem_.parameters(), {.decay = 0.75, .warm_up = true}};
};

// The rate and the momentum of an optimiser with a scheduler of type S.
template <class S>
class SchedulerRun final : public FormatRun {
 public:
  template <class Make>
  explicit SchedulerRun(Make make) : scheduler_(make(optimizer_)) {}
  StateDict state() override { return scheduler_->state_dict(); }
  void load(const StateDict& state) override { scheduler_->load_state_dict(state); }
  void step() override {
    if constexpr (std::is_same_v<S, ReduceLROnPlateau>) {
      scheduler_->step(1.5);  // never better than the first time: reduced after the file is written
    } else {
      scheduler_->step();
    }
  }
  StateDict values() override {
    const auto& options = optimizer_.groups()[0].options;
    StateDict all;
    all.insert("rates", rg::tensor({options.lr, options.momentum}, {.dtype = rg::float64}));
    return all;
  }

 private:
  Problem problem_;
  optim::SGD optimizer_{problem_.parameters(), {.lr = 0.5, .momentum = 0.5}};
  std::shared_ptr<S> scheduler_;
};

template <class O>
FormatCase optimizer_case(std::string name, decltype(O::Group::options) options) {
  return {std::move(name), [options] { return std::make_unique<OptimizerRun<O>>(options); }};
}

template <class S, class... Options>
FormatCase scheduler_case(std::string name, const Options&... options) {
  return {std::move(name), [=] {
            return std::make_unique<SchedulerRun<S>>(
                [=](optim::SGD& optimizer) { return std::make_shared<S>(optimizer, options...); });
          }};
}

std::shared_ptr<SequentialLR> sequential(optim::SGD& optimizer) {
  return std::make_shared<SequentialLR>(
      optimizer,
      std::vector<std::shared_ptr<LRScheduler>>{
          std::make_shared<LinearLR>(optimizer, LinearLROptions{.total_iters = 2}),
          std::make_shared<CosineAnnealingLR>(optimizer, CosineAnnealingLROptions{.T_max = 8})},
      std::vector<std::int64_t>{2});
}

std::shared_ptr<ChainedScheduler> chained(optim::SGD& optimizer) {
  return std::make_shared<ChainedScheduler>(std::vector<std::shared_ptr<LRScheduler>>{
      std::make_shared<ConstantLR>(optimizer, ConstantLROptions{.factor = 0.5, .total_iters = 4}),
      std::make_shared<ExponentialLR>(optimizer, ExponentialLROptions{.gamma = 0.75})});
}

}  // namespace

std::vector<FormatCase> format_cases() {
  return {
      {"Module", [] { return std::make_unique<ModuleRun>(); }},
      optimizer_case<optim::SGD>("SGD", {.lr = 0.5, .momentum = 0.5}),
      optimizer_case<optim::Adam>("Adam", {.lr = 0.125, .amsgrad = true}),
      optimizer_case<optim::AdamW>("AdamW", {.lr = 0.125}),
      optimizer_case<optim::Adamax>("Adamax", {.lr = 0.125}),
      optimizer_case<optim::NAdam>("NAdam", {.lr = 0.125}),
      optimizer_case<optim::RAdam>("RAdam", {.lr = 0.125}),
      optimizer_case<optim::Adagrad>("Adagrad", {.lr = 0.125}),
      optimizer_case<optim::Adadelta>("Adadelta", {}),
      optimizer_case<optim::RMSprop>("RMSprop", {.lr = 0.125, .momentum = 0.5, .centered = true}),
      optimizer_case<optim::LBFGS>("LBFGS", {.lr = 0.5, .max_iter = 2}),
      {"EMA", [] { return std::make_unique<AverageRun>(); }},
      scheduler_case<StepLR>("StepLR", StepLROptions{.step_size = 2}),
      scheduler_case<MultiStepLR>("MultiStepLR", MultiStepLROptions{.milestones = {2, 5}}),
      scheduler_case<CosineAnnealingLR>("CosineAnnealingLR", CosineAnnealingLROptions{.T_max = 8}),
      scheduler_case<CosineAnnealingWarmRestarts>("CosineAnnealingWarmRestarts",
                                                  CosineAnnealingWarmRestartsOptions{.T_0 = 4}),
      scheduler_case<OneCycleLR>("OneCycleLR", OneCycleLROptions{.max_lr = 0.25, .total_steps = 8}),
      scheduler_case<ReduceLROnPlateau>("ReduceLROnPlateau",
                                        ReduceLROnPlateauOptions{.patience = 3}),
      {"SequentialLR", [] { return std::make_unique<SchedulerRun<SequentialLR>>(sequential); }},
      {"ChainedScheduler",
       [] { return std::make_unique<SchedulerRun<ChainedScheduler>>(chained); }},
  };
}

StateDict format_content(const FormatCase& of) {
  const auto run = of.make();
  StateDict all;
  const auto add = [&](const std::string& prefix, const StateDict& part) {
    for (const auto& [name, tensor] : part) {
      all.insert(prefix + name, tensor.clone());
    }
  };
  const auto steps = [&] {
    for (int i = 0; i < 3; ++i) {
      run->step();
    }
  };
  steps();
  add("state.", run->state());
  add("values.", run->values());
  steps();
  add("later.", run->values());
  return all;
}

StateDict format_tensors() {
  StateDict all;
  all.insert("float32", rg::tensor({{1.5, -0.0, 3e38}, {1e-45, 2.0, 0.1}}));
  all.insert("float64", rg::tensor({0.1, 1e300}, {.dtype = rg::float64}));
  all.insert("bfloat16", rg::tensor({0.5, -3e38}, {.dtype = rg::bfloat16}));
  all.insert("int64", rg::tensor({INT64_MIN, INT64_MAX}, {.dtype = rg::int64}));
  all.insert("uint8", rg::tensor({0, 255}, {.dtype = rg::uint8}));
  all.insert("boolean", rg::tensor({true, false, true}));
  all.insert("scalar \xC3\xA9", rg::tensor(0.25));
  all.insert("", rg::zeros({0, 3}));
  return all;
}

StateDict part_of(const StateDict& all, const std::string& prefix) {
  StateDict part;
  for (const auto& [name, tensor] : all) {
    if (name.rfind(prefix, 0) == 0) {
      part.insert(name.substr(prefix.size()), tensor);
    }
  }
  return part;
}

}  // namespace test
