// Several schedulers on one optimiser: PyTorch 2's chainable forms, computed here by its
// recursions.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using namespace rg::optim;
using namespace rg::optim::lr_scheduler;
using doctest::Approx;

namespace {

using SchedulerPtr = std::shared_ptr<LRScheduler>;
// The rate at an epoch from the rate before, as get_lr() of torch.optim.lr_scheduler has it.
using Recursion = std::function<double(std::int64_t epoch, double lr)>;

constexpr double kBase = 0.8;

struct Kind {
  std::string name;
  std::function<SchedulerPtr(Optimizer&)> make;
  Recursion next;
};

template <class S, class Options>
std::function<SchedulerPtr(Optimizer&)> make(Options options) {
  return [=](Optimizer& optimizer) { return std::make_shared<S>(optimizer, options); };
}

double cosine(std::int64_t epoch, double T_max) {
  return 1 + std::cos(std::numbers::pi * static_cast<double>(epoch) / T_max);
}

const std::vector<Kind> kKinds{
    {"StepLR", make<StepLR>(StepLROptions{3, 0.5}),
     [](std::int64_t e, double lr) { return e > 0 && e % 3 == 0 ? lr * 0.5 : lr; }},
    {"MultiStepLR", make<MultiStepLR>(MultiStepLROptions{{0, 4, 4, 9}, 0.7}),
     [](std::int64_t e, double lr) {
       return e == 4 ? lr * 0.7 * 0.7 : e == 0 || e == 9 ? lr * 0.7 : lr;
     }},
    {"ConstantLR", make<ConstantLR>(ConstantLROptions{0.1, 5}),
     [](std::int64_t e, double lr) { return e == 0   ? lr * 0.1
                                            : e == 5 ? lr / 0.1
                                                     : lr; }},
    {"LinearLR", make<LinearLR>(LinearLROptions{0.25, 0.9, 6}),
     [](std::int64_t e, double lr) {
       if (e == 0) {
         return lr * 0.25;
       }
       const double step = 0.9 - 0.25;
       return e > 6 ? lr : lr * (1 + step / (6 * 0.25 + static_cast<double>(e - 1) * step));
     }},
    {"ExponentialLR", make<ExponentialLR>(ExponentialLROptions{0.9}),
     [](std::int64_t e, double lr) { return e == 0 ? lr : lr * 0.9; }},
    {"PolynomialLR", make<PolynomialLR>(PolynomialLROptions{40, 2}),
     [](std::int64_t e, double lr) {
       const auto left = [](std::int64_t at) { return 1 - static_cast<double>(at) / 40; };
       return e == 0 || e > 40 ? lr : lr * std::pow(left(e) / left(e - 1), 2);
     }},
    {"CosineAnnealingLR", make<CosineAnnealingLR>(CosineAnnealingLROptions{5, 0.02}),
     [](std::int64_t e, double lr) {
       if (e == 0) {
         return lr;
       }
       if (e > 5 && (e - 1 - 5) % 10 == 0) {
         return lr + (kBase - 0.02) * (1 - std::cos(std::numbers::pi / 5)) / 2;
       }
       return cosine(e, 5) / cosine(e - 1, 5) * (lr - 0.02) + 0.02;
     }},
    {"LambdaLR",
     [](Optimizer& o) {
       return std::make_shared<LambdaLR>(
           o, [](std::int64_t e) { return 1 / (1 + static_cast<double>(e)); });
     },
     [](std::int64_t e, double) { return kBase / (1 + static_cast<double>(e)); }},
};

SGD sgd(double lr = kBase) {
  return SGD({rg::ones({2}, {.requires_grad = true})}, {.lr = lr, .momentum = 0.5});
}

}  // namespace

TEST_CASE("two schedulers compose as in PyTorch, in either order, chained or stepped") {
  for (const Kind& first : kKinds) {
    for (const Kind& second : kKinds) {
      CAPTURE(first.name);
      CAPTURE(second.name);
      SGD by_hand = sgd();
      SGD by_chain = sgd();
      const SchedulerPtr a = first.make(by_hand);
      const SchedulerPtr b = second.make(by_hand);
      std::vector<SchedulerPtr> parts{first.make(by_chain)};
      parts.push_back(second.make(by_chain));
      ChainedScheduler chain(parts);
      double expected = kBase;
      for (std::int64_t epoch = 0; epoch < 24; ++epoch) {
        CAPTURE(epoch);
        const double after_first = first.next(epoch, expected);
        expected = second.next(epoch, after_first);
        CHECK(by_hand.lr() == Approx(expected).epsilon(1e-12));
        CHECK(by_chain.lr() == by_hand.lr());
        CHECK(chain.last_epoch() == epoch);
        CHECK(chain.last_lr()[0] == by_chain.lr());
        CHECK(parts[0]->last_epoch() == epoch);
        if (epoch > 0) {
          CHECK(parts[0]->last_lr()[0] == Approx(after_first).epsilon(1e-12));
        }
        CHECK(chain.lr_at(0, epoch) == by_chain.lr());
        a->step();
        b->step();
        chain.step();
      }
    }
  }
}

TEST_CASE("two schedulers: a warm-up and a decay, in numbers") {
  SGD optimizer = sgd(1);
  ConstantLR warm_up(optimizer, {.factor = 0.1, .total_iters = 2});
  ExponentialLR decay(optimizer, {.gamma = 0.9});
  for (const double rate : {0.1, 0.09, 0.81, 0.729}) {
    CHECK(optimizer.lr() == Approx(rate).epsilon(1e-14));
    warm_up.step();
    decay.step();
  }
}

TEST_CASE("schedulers: a rate set by hand is scaled on, by chainable ones alone") {
  SGD optimizer = sgd(1);
  ExponentialLR scheduler(optimizer, {.gamma = 0.5});
  optimizer.set_lr(9);
  scheduler.step();
  CHECK(optimizer.lr() == 4.5);
  LambdaLR lambda(optimizer, [](std::int64_t) { return 0.25; });
  optimizer.set_lr(9);
  lambda.step();
  CHECK(optimizer.lr() == 0.25);
}

TEST_CASE("schedulers: a factor of 0 ends, or starts again from the first rate") {
  SGD optimizer = sgd(1);
  LinearLR warm_up(optimizer, {.start_factor = 0, .total_iters = 2});
  ExponentialLR decay(optimizer, {.gamma = 0.5});
  for (const double rate : {0.0, 0.25, 0.25, 0.125}) {
    CHECK(optimizer.lr() == rate);
    warm_up.step();
    decay.step();
  }
  SGD falling = sgd(1);
  StepLR to_zero(falling, {.step_size = 1, .gamma = 0});
  PolynomialLR ends(falling, {.total_iters = 2});
  for (const double rate : {1.0, 0.0, 0.0, 0.0}) {
    CHECK(falling.lr() == rate);
    to_zero.step();
    ends.step();
  }
}

TEST_CASE("schedulers: ReduceLROnPlateau's reductions last") {
  SGD optimizer = sgd(1);
  ExponentialLR decay(optimizer, {.gamma = 0.5});
  ReduceLROnPlateau plateau(optimizer, {.factor = 0.1, .patience = 0});
  for (const double rate : {1.0, 0.5, 0.025, 0.00125}) {
    CHECK(optimizer.lr() == Approx(rate).epsilon(1e-14));
    decay.step();
    plateau.step(1);
  }
}

TEST_CASE("schedulers: nothing drifts, alone") {
  SGD optimizer = sgd(1);
  CosineAnnealingLR scheduler(optimizer, {.T_max = 50000});
  for (int epoch = 0; epoch < 49999; ++epoch) {
    scheduler.step();
  }
  CHECK(optimizer.lr() == scheduler.lr_at(0, 49999));
}

TEST_CASE("two schedulers: resumed exactly, whichever file is loaded first") {
  const test::TempFolder folder;
  const auto make_both = [](Optimizer& o) {
    const auto warm_up = std::make_shared<LinearLR>(o, LinearLROptions{0.1, 1, 8});
    return std::vector<SchedulerPtr>{warm_up, kKinds[6].make(o), kKinds[1].make(o)};
  };
  for (const bool chained : {false, true}) {
    for (int order = 0; order < 6; ++order) {
      CAPTURE(chained);
      CAPTURE(order);
      SGD straight = sgd();
      SGD other = sgd(0.3);
      std::vector<SchedulerPtr> saved = make_both(straight);
      if (chained) {
        saved = {std::make_shared<ChainedScheduler>(saved)};
      }
      const auto step = [](const std::vector<SchedulerPtr>& all, int epochs) {
        for (int epoch = 0; epoch < epochs; ++epoch) {
          for (const SchedulerPtr& scheduler : all) {
            scheduler->step();
          }
        }
      };
      step(saved, 7);
      const std::string optimizer_file = folder.file("optimizer");
      rg::save(straight.state_dict(), optimizer_file);
      const auto file = [&](std::size_t i) { return folder.file("s" + std::to_string(i)); };
      for (std::size_t i = 0; i < saved.size(); ++i) {
        rg::save(saved[i]->state_dict(), file(i));
      }
      if (order % 2 == 0) {
        other.load_state_dict(rg::load(optimizer_file));
      }
      std::vector<SchedulerPtr> resumed = make_both(other);
      if (chained) {
        resumed = {std::make_shared<ChainedScheduler>(resumed)};
      }
      for (std::size_t i = 0; i < resumed.size(); ++i) {
        const std::size_t at = (i * 2 + static_cast<std::size_t>(order)) % resumed.size();
        resumed[at]->load_state_dict(rg::load(file(at)));
      }
      if (order % 2 == 1) {
        other.load_state_dict(rg::load(optimizer_file));
      }
      CHECK(other.lr() == straight.lr());
      for (std::size_t i = 0; i < saved.size(); ++i) {
        CHECK(resumed[i]->last_lr() == saved[i]->last_lr());
        CHECK(resumed[i]->last_epoch() == 7);
      }
      step(saved, 9);
      step(resumed, 9);
      CHECK(other.lr() == straight.lr());
    }
  }
}
