// Schedulers beside torch.optim.lr_scheduler's, epoch by epoch; make_schedulers.py has the same
// cases with the same options.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "test_paths.h"

namespace rg = retrograd;
using namespace rg::optim::lr_scheduler;
using rg::Tensor;
using rg::optim::Optimizer;
using rg::optim::SGD;

namespace {

using SchedulePtr = std::shared_ptr<LRScheduler>;

template <class S, class Options>
std::function<SchedulePtr(Optimizer&)> make(Options options) {
  return [=](Optimizer& optimizer) { return std::make_shared<S>(optimizer, options); };
}
#define MAKE(Kind, ...) make<Kind>(Kind##Options{__VA_ARGS__})

SchedulePtr warm_up(Optimizer& o) {
  return std::make_shared<SequentialLR>(
      o,
      std::vector<SchedulePtr>{
          std::make_shared<LinearLR>(o, LinearLROptions{.start_factor = 0.1}),
          std::make_shared<CosineAnnealingLR>(o, CosineAnnealingLROptions{40, 1e-3})},
      std::vector<std::int64_t>{5});
}
SchedulePtr three(Optimizer& o) {
  return std::make_shared<SequentialLR>(
      o,
      std::vector<SchedulePtr>{std::make_shared<ConstantLR>(o, ConstantLROptions{0.5, 3}),
                               std::make_shared<ExponentialLR>(o, ExponentialLROptions{0.9}),
                               std::make_shared<StepLR>(o, StepLROptions{7, 0.3})},
      std::vector<std::int64_t>{8, 20});
}
SchedulePtr milestone_at_zero(Optimizer& o) {
  return std::make_shared<SequentialLR>(
      o,
      std::vector<SchedulePtr>{
          std::make_shared<PolynomialLR>(o, PolynomialLROptions{10, 2}),
          std::make_shared<MultiStepLR>(o, MultiStepLROptions{{0, 4, 9}, 0.5})},
      std::vector<std::int64_t>{12});
}
SchedulePtr lambda(Optimizer& o) {
  return std::make_shared<LambdaLR>(
      o, [](std::int64_t epoch) { return std::pow(0.95, static_cast<double>(epoch)); });
}
SchedulePtr two_lambdas(Optimizer& o) {
  return std::make_shared<LambdaLR>(
      o, std::vector<LambdaLR::Factor>{
             [](std::int64_t epoch) { return 1 / (1 + static_cast<double>(epoch)); },
             [](std::int64_t epoch) { return std::sqrt(static_cast<double>(epoch)); }});
}

using MakeSchedule = std::function<SchedulePtr(Optimizer&)>;

MakeSchedule chained(std::vector<MakeSchedule> parts) {
  return [=](Optimizer& optimizer) {
    std::vector<SchedulePtr> made;
    for (const MakeSchedule& part : parts) {
      made.push_back(part(optimizer));
    }
    return std::make_shared<ChainedScheduler>(made);
  };
}
SchedulePtr reciprocal(Optimizer& o) {
  return std::make_shared<LambdaLR>(
      o, [](std::int64_t epoch) { return 1 / (1 + static_cast<double>(epoch)); });
}

const std::map<std::string, MakeSchedule> kSchedules{
    {"StepLR.default", MAKE(StepLR, .step_size = 30)},
    {"StepLR.short", MAKE(StepLR, .step_size = 7, .gamma = 0.7)},
    {"StepLR.every", MAKE(StepLR, .step_size = 1, .gamma = 1.01)},
    {"MultiStepLR.default", MAKE(MultiStepLR, .milestones = {30, 50})},
    {"MultiStepLR.unsorted_twice",
     MAKE(MultiStepLR, .milestones = {40, 3, 11, 11, 0}, .gamma = 0.6)},
    {"ConstantLR.default", MAKE(ConstantLR)},
    {"ConstantLR.long", MAKE(ConstantLR, .factor = 0.7, .total_iters = 33)},
    {"LinearLR.default", MAKE(LinearLR)},
    {"LinearLR.down", MAKE(LinearLR, .start_factor = 1, .end_factor = 0.05, .total_iters = 40)},
    {"LinearLR.up", MAKE(LinearLR, .start_factor = 0.01, .end_factor = 0.9, .total_iters = 13)},
    {"ExponentialLR.fall", MAKE(ExponentialLR, .gamma = 0.95)},
    {"ExponentialLR.rise", MAKE(ExponentialLR, .gamma = 1.05)},
    {"PolynomialLR.default", MAKE(PolynomialLR)},
    {"PolynomialLR.square", MAKE(PolynomialLR, .total_iters = 50, .power = 2)},
    {"PolynomialLR.root", MAKE(PolynomialLR, .total_iters = 37, .power = 0.5)},
    {"CosineAnnealingLR.default", MAKE(CosineAnnealingLR, .T_max = 59)},
    {"CosineAnnealingLR.up_again", MAKE(CosineAnnealingLR, .T_max = 11, .eta_min = 0.02)},
    {"CosineAnnealingLR.minimum_above", MAKE(CosineAnnealingLR, .T_max = 20, .eta_min = 0.3)},
    {"CosineAnnealingWarmRestarts.default", MAKE(CosineAnnealingWarmRestarts, .T_0 = 10)},
    {"CosineAnnealingWarmRestarts.longer",
     MAKE(CosineAnnealingWarmRestarts, .T_0 = 3, .T_mult = 2, .eta_min = 1e-3)},
    {"CosineAnnealingWarmRestarts.each", MAKE(CosineAnnealingWarmRestarts, .T_0 = 1, .T_mult = 3)},
    {"OneCycleLR.default", MAKE(OneCycleLR, .max_lr = 0.8, .total_steps = 60)},
    {"OneCycleLR.linear",
     MAKE(OneCycleLR, .max_lr = std::vector{0.8, 0.2}, .total_steps = 60, .pct_start = 0.4,
          .anneal_strategy = Anneal::linear, .base_momentum = 0.5,
          .max_momentum = std::vector{0.9, 0.99}, .div_factor = 10, .final_div_factor = 100)},
    {"OneCycleLR.three_phases",
     MAKE(OneCycleLR, .max_lr = 0.8, .total_steps = 60, .pct_start = 0.25, .three_phase = true)},
    {"OneCycleLR.lr_alone",
     MAKE(OneCycleLR, .max_lr = 0.8, .total_steps = 60, .pct_start = 0, .cycle_momentum = false)},
    {"LambdaLR.one", lambda},
    {"LambdaLR.two", two_lambdas},
    {"SequentialLR.warm_up", warm_up},
    {"SequentialLR.three", three},
    {"SequentialLR.milestone_at_zero", milestone_at_zero},
    {"ChainedScheduler.warm_up", chained({MAKE(ConstantLR, .factor = 0.1, .total_iters = 4),
                                          MAKE(ExponentialLR, .gamma = 0.95)})},
    {"ChainedScheduler.three", chained({MAKE(LinearLR, .start_factor = 0.25),
                                        MAKE(CosineAnnealingLR, .T_max = 20, .eta_min = 1e-3),
                                        MAKE(MultiStepLR, .milestones = {10, 30}, .gamma = 0.5)})},
    {"ChainedScheduler.polynomial", chained({MAKE(PolynomialLR, .total_iters = 80, .power = 2),
                                             MAKE(StepLR, .step_size = 7, .gamma = 0.7)})},
    {"ChainedScheduler.overwritten", chained({MAKE(ExponentialLR, .gamma = 0.9), reciprocal,
                                              MAKE(StepLR, .step_size = 11, .gamma = 0.3)})},
};

const std::map<std::string, ReduceLROnPlateauOptions> kPlateaus{
    {"ReduceLROnPlateau.default", {}},
    {"ReduceLROnPlateau.impatient",
     {.factor = 0.5,
      .patience = 2,
      .threshold = 0.05,
      .cooldown = 3,
      .min_lr = std::vector{0.02, 0.1}}},
    {"ReduceLROnPlateau.max_abs",
     {.mode = Better::max,
      .factor = 0.3,
      .patience = 1,
      .threshold = 0.01,
      .threshold_mode = Threshold::abs}},
    {"ReduceLROnPlateau.min_abs",
     {.factor = 0.9,
      .patience = 0,
      .threshold = 0.02,
      .threshold_mode = Threshold::abs,
      .eps = 1e-2}},
    {"ReduceLROnPlateau.max_rel", {.mode = Better::max, .factor = 0.2, .patience = 4}},
};

std::vector<SGD::Group> two_groups() {
  const auto parameter = [] { return rg::zeros({1}, {.requires_grad = true}); };
  return {{{parameter()}, {.lr = 0.1, .momentum = 0.75}},
          {{parameter()}, {.lr = 0.5, .momentum = 0.75}}};
}

// The largest difference, measured by the largest rate of the group.
void check_equal(const std::vector<std::vector<double>>& rows, const Tensor& golden) {
  for (std::int64_t group = 0; group < golden.size(1); ++group) {
    double scale = 0;
    for (std::int64_t epoch = 0; epoch < golden.size(0); ++epoch) {
      scale = std::max(scale, golden.at({epoch, group}));
    }
    for (std::int64_t epoch = 0; epoch < golden.size(0); ++epoch) {
      CAPTURE(epoch);
      const double value = rows[static_cast<std::size_t>(epoch)][static_cast<std::size_t>(group)];
      CHECK(std::abs(value - golden.at({epoch, group})) <= 1e-12 * scale);
    }
  }
}

std::vector<double> rates(Optimizer& optimizer) {
  return {optimizer.lr(0), optimizer.lr(1)};
}

}  // namespace

TEST_CASE("schedulers: every epoch's learning rate is PyTorch's") {
  const rg::StateDict golden = rg::load(RETROGRAD_TEST_GOLDEN "/schedulers.safetensors");
  for (const auto& row : kSchedules) {
    const std::string& name = row.first;
    CAPTURE(name);
    SGD optimizer(two_groups());
    const SchedulePtr schedule = row.second(optimizer);
    const Tensor lr = golden.at(name + ".lr");
    std::vector<std::vector<double>> lrs;
    std::vector<std::vector<double>> momenta;
    for (std::int64_t epoch = 0; epoch < lr.size(0); ++epoch) {
      CHECK(schedule->last_epoch() == epoch);
      CHECK(schedule->last_lr() == rates(optimizer));
      lrs.push_back(rates(optimizer));
      momenta.push_back({*optimizer.momentum(0), *optimizer.momentum(1)});
      schedule->step();
    }
    check_equal(lrs, lr);
    if (golden.contains(name + ".momentum")) {
      check_equal(momenta, golden.at(name + ".momentum"));
    } else {
      CHECK(momenta.back() == std::vector<double>{0.75, 0.75});
    }
  }
}

TEST_CASE("schedulers: ReduceLROnPlateau reduces where PyTorch does") {
  const rg::StateDict golden = rg::load(RETROGRAD_TEST_GOLDEN "/schedulers.safetensors");
  const auto metrics = golden.at("metrics").to_vector<double>();
  for (const auto& row : kPlateaus) {
    const std::string& name = row.first;
    CAPTURE(name);
    SGD optimizer(two_groups());
    ReduceLROnPlateau scheduler(optimizer, row.second);
    std::vector<std::vector<double>> lrs;
    for (const double metric : metrics) {
      lrs.push_back(scheduler.last_lr());
      scheduler.step(metric);
    }
    CHECK(lrs.back()[1] < 0.5);
    check_equal(lrs, golden.at(name + ".lr"));
  }
}

TEST_CASE("schedulers: no case of the file is left out") {
  const rg::StateDict golden = rg::load(RETROGRAD_TEST_GOLDEN "/schedulers.safetensors");
  std::set<std::string> names;
  for (const auto& [entry, tensor] : golden) {
    if (const auto dot = entry.rfind(".lr"); dot != std::string::npos && dot + 3 == entry.size()) {
      names.insert(entry.substr(0, dot));
    }
  }
  CHECK(names.size() == kSchedules.size() + kPlateaus.size());
  CHECK(names.size() == 39);
}
