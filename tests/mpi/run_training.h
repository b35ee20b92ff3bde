// A training run on any number of ranks, with all that has a state.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <retrograd/mpi/data_parallel.h>
#include <retrograd/mpi/distributed_loader.h>
#include <retrograd/retrograd.h>
#include <retrograd/train/run.h>

namespace test {

namespace rg = retrograd;
namespace nn = retrograd::nn;
namespace mpi = retrograd::mpi;
namespace train = retrograd::train;

// A program that trains. Each rank starts from other weights and other random numbers, as programs
// without a seed do.
struct RunTraining {
  explicit RunTraining(mpi::Communicator& its_world) : world(its_world) {
    rg::manual_seed(static_cast<std::uint64_t>(1 + world.rank()));
    net.emplace(nn::Sequential{nn::Flatten(), nn::Linear(784, 16), nn::BatchNorm1d(16), nn::ReLU(),
                               nn::Dropout(0.3), nn::Linear(16, 10)});
    optimizer.emplace(net->parameters(), rg::optim::SGDOptions{.lr = 0.1, .momentum = 0.9});
    plateau.emplace(*optimizer, rg::optim::lr_scheduler::ReduceLROnPlateauOptions{
                                    .mode = rg::optim::lr_scheduler::Better::max, .patience = 0});
    ema.emplace(net->parameters(), rg::optim::EMAOptions{.decay = 0.9});
  }

  train::RunOptions options() {
    return {.model = &*net,
            .optimizer = &*optimizer,
            .plateau = &*plateau,
            .ema = &*ema,
            .loader = &loader,
            .processes = &world,
            .epochs = 4,
            .metric = "accuracy",
            .save_steps = 1,
            .sinks = {[this](std::int64_t /*step*/, std::string_view name, double value) {
              logged.push_back(std::string(name) + " " + std::to_string(value));
            }}};
  }

  // Trains in a folder, until there are `last` steps.
  void train_in(const std::string& folder, std::int64_t last = -1) {
    mpi::DataParallel parallel(*net, world, {.deterministic = true});
    train::Run run(folder, options());
    resumed = run.resumed();
    for (auto& rows : run.batches()) {
      optimizer->zero_grad();
      const double loss = parallel.backward_shard(rows, [&](const rg::Batch& part) {
        return rg::cross_entropy((*net)(part.inputs), part.targets);
      });
      optimizer->step();
      run.step({{"loss", loss}});
      std::this_thread::sleep_for(pause);
      if (run.epoch_ends()) {
        run.metric("accuracy", world.rank() == 0 ? 1.0 / (1 + loss) : -1);
      }
      if (run.steps() == last && world.rank() == world.size() - 1) {
        run.stop();  // on all ranks
      }
    }
    steps = run.steps();
    parallel.verify();
  }

  rg::StateDict state() {
    rg::StateDict all = net->state_dict();
    for (const auto& [name, tensor] : optimizer->state_dict()) {
      all.insert("optimizer." + name, tensor);
    }
    for (const auto& [name, tensor] : ema->state_dict()) {
      all.insert("ema." + name, tensor);
    }
    return all;
  }

  mpi::Communicator& world;
  std::optional<nn::Sequential> net{};
  std::optional<rg::optim::SGD> optimizer{};
  std::optional<rg::optim::lr_scheduler::ReduceLROnPlateau> plateau{};
  std::optional<rg::optim::EMA> ema{};
  mpi::DistributedLoader loader{
      rg::drawn_digits(72), world, {.batch_size = 16, .shuffle = true, .seed = 3}};
  std::vector<std::string> logged{};
  bool resumed = false;
  std::int64_t steps = 0;
  std::chrono::milliseconds pause{0};
};

}  // namespace test
