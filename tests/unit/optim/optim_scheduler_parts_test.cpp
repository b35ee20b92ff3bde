// Schedulers that are made of others: SequentialLR and ChainedScheduler.
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <optional>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace rg = retrograd;
using namespace rg::optim;
using namespace rg::optim::lr_scheduler;
using doctest::Approx;

namespace {

using SchedulerPtr = std::shared_ptr<LRScheduler>;

SGD sgd(double lr = 1) {
  return SGD({rg::ones({2}, {.requires_grad = true})}, {.lr = lr, .momentum = 0.5});
}

// A schedule of a user's own.
class Halving : public LRScheduler {
 public:
  explicit Halving(Optimizer& optimizer, std::optional<double> momentum = {}, rg::Where where = {})
      : LRScheduler(optimizer), momentum_(momentum) {
    start(where);
  }
  double lr_at(std::size_t group, std::int64_t epoch, rg::Where where = {}) const override {
    return base_lr(group, where) * std::exp2(-static_cast<double>(epoch));
  }
  std::optional<double> momentum_at(std::size_t, std::int64_t, rg::Where = {}) const override {
    return momentum_;
  }

 protected:
  const char* name() const noexcept override { return "Halving"; }

 private:
  std::optional<double> momentum_;
};

}  // namespace

TEST_CASE("schedulers: one of a user's own is a closed form unless it overrides next_lr") {
  SGD optimizer = sgd(1);
  Halving halving(optimizer, 0.25);
  optimizer.set_lr(9);
  halving.step();
  CHECK(optimizer.lr() == 0.5);
  CHECK(*optimizer.momentum() == 0.25);
  Adagrad other({rg::ones({2}, {.requires_grad = true})}, {.lr = 1});
  REFUSED(ValueError, Halving(other, 0.25), "set_momentum", "Adagrad has no momentum");
  CHECK(other.lr() == 1);
}

TEST_CASE("SequentialLR: its parts know where they are") {
  SGD optimizer = sgd(1);
  const auto warm_up = std::make_shared<LinearLR>(optimizer, LinearLROptions{0.5, 1, 2});
  const auto decay = std::make_shared<ExponentialLR>(optimizer, ExponentialLROptions{0.5});
  SequentialLR both(optimizer, {warm_up, decay}, {2});
  for (int epoch = 0; epoch < 4; ++epoch) {
    both.step();
  }
  CHECK(warm_up->last_epoch() == 1);
  CHECK(decay->last_epoch() == 2);
  CHECK(decay->last_lr() == std::vector<double>{0.25});
  optimizer.set_lr(8);
  both.step();
  CHECK(optimizer.lr() == 4);
}

TEST_CASE("ChainedScheduler: with a sequence and a cycle of momentum inside") {
  SGD optimizer = sgd(1);
  const auto linear = std::make_shared<LinearLR>(optimizer, LinearLROptions{0.5, 1, 2});
  const auto cosine_part =
      std::make_shared<CosineAnnealingLR>(optimizer, CosineAnnealingLROptions{4});
  const auto sequence = std::make_shared<SequentialLR>(
      optimizer, std::vector<SchedulerPtr>{linear, cosine_part}, std::vector<std::int64_t>{2});
  const auto decay = std::make_shared<ExponentialLR>(optimizer, ExponentialLROptions{0.5});
  ChainedScheduler chain({sequence, decay});
  // The sequence starts from the first rate at its milestone, as PyTorch's does.
  for (const double rate : {0.5, 0.375, 0.5, 0.25 * (1 + std::cos(std::numbers::pi / 4)) / 2}) {
    CHECK(optimizer.lr() == Approx(rate).epsilon(1e-14));
    chain.step();
  }
  SGD other = sgd(1);
  const auto cycle =
      std::make_shared<OneCycleLR>(other, OneCycleLROptions{.max_lr = 1.0, .total_steps = 4});
  ChainedScheduler with_momentum({cycle, std::make_shared<ConstantLR>(other)});
  for (int step = 0; step < 4; ++step) {
    CHECK(*other.momentum() == *cycle->momentum_at(0, step));
    with_momentum.step();
  }
  const double lr = other.lr();
  REFUSED(ValueError, with_momentum.step(), "OneCycleLR", "has 4 steps, there is no step 5");
  CHECK(other.lr() == lr);
  CHECK(with_momentum.last_epoch() == 4);
  CHECK(cycle->last_epoch() == 4);
}

TEST_CASE("ChainedScheduler: a part that fails leaves all parts where they were") {
  SGD optimizer = sgd(1);
  const auto decay = std::make_shared<ExponentialLR>(optimizer, ExponentialLROptions{0.5});
  const auto falling = std::make_shared<LambdaLR>(
      optimizer, [](std::int64_t epoch) { return 1 - static_cast<double>(epoch); });
  ChainedScheduler chain({decay, falling});
  chain.step();
  REFUSED(ValueError, chain.step(), "LambdaLR", "lr must be at least 0, not -1");
  CHECK(decay->last_epoch() == 1);
  CHECK(decay->last_lr() == std::vector<double>{0.5});
  CHECK(falling->last_epoch() == 1);
  CHECK(chain.last_epoch() == 1);
  CHECK(optimizer.lr() == 0);
}

TEST_CASE("ChainedScheduler: a state past the end of a part is refused and changes nothing") {
  SGD optimizer = sgd(1);
  const auto cycle =
      std::make_shared<OneCycleLR>(optimizer, OneCycleLROptions{.max_lr = 1.0, .total_steps = 4});
  ChainedScheduler chain({std::make_shared<ConstantLR>(optimizer), cycle});
  rg::StateDict state;
  for (const auto& [name, tensor] : chain.state_dict()) {
    state.insert(name, name.ends_with("last_epoch") ? rg::full({}, 1e15, {.dtype = rg::float64})
                                                    : rg::full({}, 0.5));
  }
  const double lr = optimizer.lr();
  REFUSED(ValueError, chain.load_state_dict(state), "OneCycleLR", "there is no step 1000000000");
  CHECK(chain.last_epoch() == 0);
  CHECK(cycle->last_epoch() == 0);
  CHECK(optimizer.lr() == lr);
}

TEST_CASE("ChainedScheduler: what it is made of") {
  SGD optimizer = sgd();
  SGD stranger = sgd();
  using Parts = std::vector<SchedulerPtr>;
  const auto part = std::make_shared<LinearLR>(optimizer);
  const auto other = std::make_shared<LinearLR>(stranger);
  const auto inner = std::make_shared<ChainedScheduler>(Parts{part});
  const Parts none;
  const Parts strangers{part, other};
  const Parts null{part, nullptr};
  const Parts first_null{nullptr};
  const Parts twice{part, part};
  const Parts nested{part, inner};
  REFUSED(ValueError, ChainedScheduler(none), "ChainedScheduler", "there are no schedules");
  REFUSED(ValueError, ChainedScheduler(strangers), "ChainedScheduler", "not all of one optimiser");
  REFUSED(ValueError, ChainedScheduler(null), "ChainedScheduler", "not all of one optimiser");
  REFUSED(ValueError, ChainedScheduler(first_null), "ChainedScheduler", "not all of one optimiser");
  REFUSED(ValueError, ChainedScheduler(twice), "ChainedScheduler", "a LinearLR is there twice");
  REFUSED(ValueError, ChainedScheduler(nested), "ChainedScheduler", "a LinearLR is there twice");
}
