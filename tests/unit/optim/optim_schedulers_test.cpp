#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
using namespace rg::optim;
using namespace rg::optim::lr_scheduler;
using doctest::Approx;
using doctest::Contains;
using rg::Tensor;

namespace {

Tensor parameter() {
  return rg::ones({2}, {.requires_grad = true});
}

SGD sgd(double lr = 1) {
  return SGD({parameter()}, {.lr = lr, .momentum = 0.5});
}

using Make = std::function<std::shared_ptr<LRScheduler>(Optimizer&)>;

template <class S, class Options>
Make make(Options options) {
  return [=](Optimizer& optimizer) { return std::make_shared<S>(optimizer, options); };
}

std::shared_ptr<LRScheduler> warm_up(Optimizer& o) {
  const std::vector<std::shared_ptr<LRScheduler>> parts{
      std::make_shared<LinearLR>(o), std::make_shared<ExponentialLR>(o, ExponentialLROptions{0.9})};
  return std::make_shared<SequentialLR>(o, parts, std::vector<std::int64_t>{5});
}

const std::vector<Make> kAll{
    make<StepLR>(StepLROptions{3}),
    make<MultiStepLR>(MultiStepLROptions{{4, 12}}),
    make<ConstantLR>(ConstantLROptions{0.5, 15}),
    make<LinearLR>(LinearLROptions{0.1, 1, 17}),
    make<ExponentialLR>(ExponentialLROptions{0.9}),
    make<PolynomialLR>(PolynomialLROptions{18, 2}),
    make<CosineAnnealingLR>(CosineAnnealingLROptions{7}),
    make<CosineAnnealingWarmRestarts>(CosineAnnealingWarmRestartsOptions{4, 2}),
    make<OneCycleLR>(OneCycleLROptions{.max_lr = 2.0, .total_steps = 21}),
    [](Optimizer& o) {
      return std::make_shared<LambdaLR>(
          o, [](std::int64_t epoch) { return 1 / std::sqrt(1 + static_cast<double>(epoch)); });
    },
    warm_up,
};

std::vector<double> settings_of(Optimizer& optimizer) {
  return {optimizer.lr(), *optimizer.momentum(), optimizer.initial_lr()};
}

}  // namespace

TEST_CASE("schedulers: 10 epochs, files and 10 more are 20, whichever file is loaded first") {
  const test::TempFolder folder;
  for (std::size_t kind = 0; kind < kAll.size(); ++kind) {
    for (const bool optimizer_first : {false, true}) {
      CAPTURE(kind);
      SGD straight = sgd(0.3);
      const auto scheduler = kAll[kind](straight);
      for (int epoch = 0; epoch < 10; ++epoch) {
        scheduler->step();
      }
      rg::save(straight.state_dict(), folder.file("optimizer"));
      rg::save(scheduler->state_dict(), folder.file("scheduler"));
      for (int epoch = 10; epoch < 20; ++epoch) {
        scheduler->step();
      }
      SGD other = sgd(0.7);
      if (optimizer_first) {
        other.load_state_dict(rg::load(folder.file("optimizer")));
      }
      const auto resumed = kAll[kind](other);
      resumed->load_state_dict(rg::load(folder.file("scheduler")));
      if (!optimizer_first) {
        other.load_state_dict(rg::load(folder.file("optimizer")));
      }
      CHECK(resumed->last_epoch() == 10);
      CHECK(resumed->last_lr()[0] == other.lr());
      for (int epoch = 10; epoch < 20; ++epoch) {
        resumed->step();
      }
      CHECK(settings_of(other) == settings_of(straight));
    }
  }
}

TEST_CASE("schedulers: the rates can be read ahead") {
  for (const Make& make_scheduler : kAll) {
    SGD optimizer = sgd();
    const auto scheduler = make_scheduler(optimizer);
    const double ahead = scheduler->lr_at(0, 9);
    for (int epoch = 0; epoch < 9; ++epoch) {
      scheduler->step();
    }
    CHECK(optimizer.lr() == ahead);
    CHECK(scheduler->last_lr() == std::vector<double>{ahead});
    CHECK_THROWS_AS(scheduler->lr_at(1, 0), rg::IndexError);
  }
}

TEST_CASE("schedulers: the optimiser steps with the rate of the epoch") {
  Tensor p = rg::tensor({0.0}, {.requires_grad = true});
  SGD optimizer({p}, {.lr = 1});
  StepLR scheduler(optimizer, {.step_size = 2, .gamma = 0.5});
  for (int epoch = 0; epoch < 5; ++epoch) {  // 1, 1, 1/2, 1/2, 1/4
    optimizer.zero_grad();
    rg::sum(p).backward();
    optimizer.step();
    scheduler.step();
  }
  CHECK(p.item<double>() == -3.25);
}

TEST_CASE("LinearLR: may warm up from 0") {
  SGD optimizer = sgd();
  LinearLR scheduler(optimizer, {.start_factor = 0, .total_iters = 4});
  CHECK(optimizer.lr() == 0);
  scheduler.step();
  CHECK(optimizer.lr() == 0.25);
}

TEST_CASE("LambdaLR: a rate out of range is refused, and nothing changes") {
  SGD optimizer = sgd();
  LambdaLR scheduler(optimizer, [](std::int64_t epoch) { return 1 - static_cast<double>(epoch); });
  scheduler.step();
  REFUSED(ValueError, scheduler.step(), "LambdaLR", "lr must be at least 0, not -1");
  CHECK(scheduler.last_epoch() == 1);
  CHECK(optimizer.lr() == 0);
  const auto nan = [](std::int64_t) { return std::numeric_limits<double>::quiet_NaN(); };
  REFUSED(ValueError, LambdaLR(optimizer, nan), "LambdaLR", "not nan");
  const std::vector<LambdaLR::Factor> two{nan, nan};
  REFUSED(ValueError, LambdaLR(optimizer, two), "LambdaLR", "2 functions for 1 groups");
  const LambdaLR::Factor none;
  REFUSED(ValueError, LambdaLR(optimizer, none), "LambdaLR", "a function is empty");
}

TEST_CASE("SequentialLR: what it is made of") {
  SGD optimizer = sgd();
  SGD stranger = sgd();
  using Parts = std::vector<std::shared_ptr<LRScheduler>>;
  using Milestones = std::vector<std::int64_t>;
  const auto part = std::make_shared<LinearLR>(optimizer);
  const Parts two{part, part};
  const Parts other{part, std::make_shared<LinearLR>(stranger)};
  const Parts null{part, nullptr};
  REFUSED(ValueError, SequentialLR(optimizer, {}, {}), "SequentialLR", "not 0 and 0");
  REFUSED(ValueError, SequentialLR(optimizer, two, {}), "SequentialLR", "not 2 and 0");
  REFUSED(ValueError, SequentialLR(optimizer, two, Milestones{0}), "SequentialLR",
          "milestones must ascend from 1, not go from 0 to 0");
  const Parts three{part, part, part};
  const Milestones falling{5, 4};
  REFUSED(ValueError, SequentialLR(optimizer, three, falling), "SequentialLR", "from 5 to 4");
  REFUSED(ValueError, SequentialLR(optimizer, other, Milestones{3}), "SequentialLR",
          "not all of this optimiser");
  REFUSED(ValueError, SequentialLR(optimizer, null, Milestones{3}), "SequentialLR",
          "not all of this optimiser");
}

TEST_CASE("OneCycleLR: beta 1 is Adam's momentum, and the cycle ends") {
  Adam optimizer({parameter()}, {.betas = {0.5, 0.99}});
  OneCycleLR scheduler(optimizer, {.max_lr = 1.0, .total_steps = 10});
  CHECK(optimizer.lr() == Approx(0.04).epsilon(1e-15));
  CHECK(optimizer.groups()[0].options.betas[0] == 0.95);
  scheduler.step();
  scheduler.step();
  CHECK(optimizer.lr() == 1);
  CHECK(optimizer.groups()[0].options.betas[0] == Approx(0.85).epsilon(1e-15));
  CHECK(optimizer.groups()[0].options.betas[1] == 0.99);
  for (int step = 2; step < 10; ++step) {
    scheduler.step();
  }
  CHECK(optimizer.lr() == Approx(4e-6).epsilon(1e-12));
  REFUSED(ValueError, scheduler.step(), "OneCycleLR", "has 10 steps, there is no step 11");
}

TEST_CASE("OneCycleLR: a short cycle has no parts of length 0") {
  for (const bool three_phase : {false, true}) {
    for (const std::int64_t steps : {1, 2, 3, 4, 10}) {
      for (const double part : {0.0, 0.1, 0.25, 0.5, 1.0}) {
        SGD optimizer = sgd();
        OneCycleLR scheduler(
            optimizer,
            {.max_lr = 1.0, .total_steps = steps, .pct_start = part, .three_phase = three_phase});
        for (std::int64_t step = 0; step < steps; ++step) {
          CHECK(std::isfinite(optimizer.lr()));
          CHECK(optimizer.lr() <= 1 + 1e-15);
          scheduler.step();
        }
      }
    }
  }
}

TEST_CASE("OneCycleLR: a state past the end is refused and changes nothing") {
  SGD optimizer = sgd();
  OneCycleLR scheduler(optimizer, {.max_lr = 1.0, .total_steps = 10});
  const double lr = optimizer.lr();
  rg::StateDict state;
  for (const auto& [name, tensor] : scheduler.state_dict()) {
    state.insert(name, name == "last_epoch" ? rg::full({}, 11) : rg::full({}, 0.5));
  }
  CHECK_THROWS_WITH_AS(scheduler.load_state_dict(state), Contains("there is no step 11"),
                       rg::ValueError);
  CHECK(optimizer.lr() == lr);
  CHECK(scheduler.lr_at(0, 0) == lr);
}

TEST_CASE("OneCycleLR: needs momentum only to cycle it") {
  Adagrad optimizer({parameter()});
  const OneCycleLROptions options{.max_lr = 1.0, .total_steps = 10};
  REFUSED(ValueError, OneCycleLR(optimizer, options), "OneCycleLR",
          "cycle_momentum needs an optimiser with momentum");
  OneCycleLROptions alone = options;
  alone.cycle_momentum = false;
  const OneCycleLR scheduler(optimizer, alone);
  CHECK(optimizer.lr() == Approx(0.04).epsilon(1e-15));
}

TEST_CASE("ReduceLROnPlateau: goes on from files as if it had not stopped") {
  const test::TempFolder folder;
  const ReduceLROnPlateauOptions options{.factor = 0.5, .patience = 1, .cooldown = 2};
  const auto metric = [](int epoch) { return epoch < 4 ? 10.0 - epoch : 7.0; };
  for (int stop = 0; stop <= 20; ++stop) {
    SGD straight = sgd();
    SGD resumed = sgd();
    ReduceLROnPlateau first(straight, options);
    ReduceLROnPlateau second(resumed, options);
    for (int epoch = 0; epoch < 20; ++epoch) {
      if (epoch == stop) {
        rg::save(straight.state_dict(), folder.file("optimizer"));
        rg::save(first.state_dict(), folder.file("scheduler"));
        resumed.load_state_dict(rg::load(folder.file("optimizer")));
        second.load_state_dict(rg::load(folder.file("scheduler")));
      }
      first.step(metric(epoch));
      if (epoch >= stop) {
        second.step(metric(epoch));
      }
    }
    CHECK(straight.lr() < 0.1);
    if (stop < 20) {
      CHECK(resumed.lr() == straight.lr());
      CHECK(second.last_epoch() == 20);
    }
  }
}

TEST_CASE("schedulers: states that do not fit are refused and change nothing") {
  SGD optimizer = sgd();
  StepLR scheduler(optimizer, {.step_size = 1});
  scheduler.step();
  const auto refused = [&](const char* name, double value, const char* text) {
    CAPTURE(text);
    rg::StateDict state;
    for (const auto& [entry, tensor] : scheduler.state_dict()) {
      if (entry != name) {
        state.insert(entry, tensor);
      }
    }
    if (!std::isinf(value)) {
      state.insert(name, rg::full({}, value, {.dtype = rg::float64}));
    }
    CHECK_THROWS_WITH_AS(scheduler.load_state_dict(state), Contains(text), rg::ValueError);
    CHECK(scheduler.last_epoch() == 1);
    CHECK(optimizer.lr() == 0.1);
  };
  const double left_out = std::numeric_limits<double>::infinity();
  refused("last_epoch", left_out, "last_epoch is missing");
  refused("last_epoch", 1.5, "last_epoch must be a whole number, not 1.5");
  refused("last_epoch", -1, "last_epoch must be at least 0, not -1");
  refused("base_lr.0", left_out, "base_lr.0 is missing");
  refused("base_lr.0", -1, "base_lr.0 must be at least 0, not -1");
  refused("base_lr.1", 1, "unknown: base_lr.1");
  refused("lr.0", left_out, "lr.0 is missing");
  refused("lr.0", -1, "lr.0 must be at least 0, not -1");
  refused("last_lr.0", left_out, "last_lr.0 is missing");
  ReduceLROnPlateau plateau(optimizer);
  CHECK_THROWS_WITH_AS(plateau.load_state_dict(scheduler.state_dict()), Contains("best is missing"),
                       rg::ValueError);
}
