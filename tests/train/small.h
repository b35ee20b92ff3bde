// A small training run with all that has a state: dropout, batch norm, shuffled batches, averages,
// a scheduler.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <retrograd/retrograd.h>
#include <retrograd/train/run.h>

#include "io/failing_calls.h"

namespace test {

namespace rg = retrograd;
namespace nn = retrograd::nn;
namespace optim = retrograd::optim;
namespace train = retrograd::train;

struct SmallNet : nn::Module {
  nn::Linear first{6, 8}, second{8, 3};
  nn::BatchNorm1d norm{8};
  nn::Dropout dropout{0.3};

  nn::Members members() override {
    return {{"first", first}, {"norm", norm}, {"dropout", dropout}, {"second", second}};
  }
  rg::Tensor forward(const rg::Tensor& x) override {
    return second(dropout(rg::relu(norm(first(x)))));
  }
};

// Samples that differ each time they are drawn, as augmented images do.
class SmallData : public rg::Dataset {
 public:
  explicit SmallData(std::int64_t count = 40) : count_(count) {}
  std::int64_t size() const override { return count_; }
  rg::Sample get(std::int64_t index) const override {
    rg::Generator own(static_cast<std::uint64_t>(index));
    const rg::Tensor x = rg::randn({6}, {}, own);
    return {x + 0.1 * rg::randn({6}), rg::argmax(rg::slice(x, 0, 0, 3), 0)};
  }

 private:
  std::int64_t count_;
};

// Seeds the default generator: what a program does before it trains.
struct Seeded {
  explicit Seeded(std::uint64_t seed = 3) { rg::manual_seed(seed); }
};

// All objects of a program that trains.
struct Small {
  SkippedSyncs no_syncs;
  Seeded seeded;
  SmallNet net;
  rg::DataLoader loader{SmallData(), {.batch_size = 8, .shuffle = true, .seed = 1, .workers = 2}};
  optim::SGD optimizer{net.parameters(), {.lr = 0.1, .momentum = 0.9}};
  optim::lr_scheduler::StepLR scheduler{optimizer, {.step_size = 1, .gamma = 0.8}};
  optim::EMA ema{net.parameters(), {.decay = 0.9}};

  train::RunOptions options() {
    return {.model = &net,
            .optimizer = &optimizer,
            .scheduler = &scheduler,
            .ema = &ema,
            .loader = &loader,
            .epochs = 3,
            .save_steps = 1,
            .log = false,
            .message = [this](const std::string& text) { messages += text + "\n"; }};
  }
  // A step of the usual loop.
  void train_on(train::Run& run, const rg::Tensor& x, const rg::Tensor& y) {
    const rg::Tensor loss = rg::cross_entropy(net(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    run.step({{"loss", loss}});
  }
  std::string messages;
};

}  // namespace test
