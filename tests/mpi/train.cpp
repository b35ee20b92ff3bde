// Trains a model for steps FIRST to LAST, in deterministic mode, and saves its state from rank 0.
// Run it with mpirun; without, it is one process.
//
//   mpi_train lenet|resnet20|lstm THREADS FIRST LAST IN|- OUT|- [--default]
//
// --default: the default mode. IN is the state that FIRST steps have left, of any number of ranks.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <retrograd/mpi/data_parallel.h>
#include <retrograd/mpi/mpi_communicator.h>
#include <retrograd/mpi/state.h>

#include "threads/models.h"

namespace {

using namespace test;
namespace mpi = retrograd::mpi;

// Predicts the next letter of a sequence (N, T); the output layer has the vectors of the letters.
struct TiedLstm : nn::Module {
  nn::Embedding letters{30, 24};
  nn::LSTM lstm{24, 24, {.batch_first = true}};
  nn::Dropout dropout{0.2};

  nn::Members members() override {
    return {{"letters", letters}, {"lstm", lstm}, {"output", letters.weight}};
  }
  Tensor forward(const Tensor& x) override {
    return rg::flatten(rg::linear(dropout(lstm(letters(x)).output), letters.weight), 0, 1);
  }
};

struct Training {
  std::unique_ptr<nn::Module> model;
  std::unique_ptr<rg::optim::Optimizer> optimizer;
  rg::Shape inputs;
};

Training make(const std::string& name) {
  Training made;
  if (name == "lenet") {
    made.model = std::make_unique<nn::Sequential>(lenet());
    made.inputs = {32, 1, 28, 28};
  } else if (name == "resnet20") {
    made.model = std::make_unique<ResNet20>();
    made.inputs = {16, 3, 32, 32};
  } else if (name == "lstm") {
    made.model = std::make_unique<TiedLstm>();
    made.inputs = {16, 20};
  } else {
    throw std::invalid_argument("no model is called '" + name + "'");
  }
  if (name == "lstm") {
    made.optimizer = std::make_unique<rg::optim::Adam>(made.model->parameters());
  } else {
    made.optimizer = std::make_unique<rg::optim::SGD>(
        made.model->parameters(),
        rg::optim::SGDOptions{.lr = 0.01, .momentum = 0.9, .weight_decay = 1e-4});
  }
  return made;
}

// A function of the step. Each tenth batch is smaller, so that virtual ranks have uneven parts.
rg::Batch batch_of(const rg::Shape& shape, std::uint64_t step) {
  rg::Generator generator(100 + step);
  rg::Shape inputs = shape;
  inputs[0] -= step % 10 == 9 ? 5 : 0;
  if (inputs.size() == 2) {
    const Tensor letters = rg::randint(0, 30, {inputs[0], inputs[1] + 1}, {}, generator);
    return {rg::narrow(letters, 1, 0, inputs[1]), rg::narrow(letters, 1, 1, inputs[1])};
  }
  const Tensor images = rg::randn(inputs, {}, generator);
  return {images, rg::randint(0, 10, {inputs[0]}, {}, generator)};
}

Tensor loss_of(nn::Module& model, const rg::Batch& part) {
  return rg::cross_entropy(model(part.inputs), rg::flatten(part.targets));
}

rg::StateDict state_of(Training& training) {
  rg::StateDict state = training.model->state_dict();
  for (const auto& [name, tensor] : training.optimizer->state_dict()) {
    state.insert("optimizer." + name, tensor);
  }
  const rg::Generator::State random = rg::default_generator().state();
  state.insert("random", rg::tensor({static_cast<std::int64_t>(random.seed),
                                     static_cast<std::int64_t>(random.position)}));
  return state;
}

// Only rank 0 reads the file.
void resume(Training& training, const std::string& path, mpi::Communicator& world) {
  rg::StateDict model;
  rg::StateDict optimizer;
  const rg::StateDict state = world.rank() == 0 ? rg::load(path) : rg::StateDict();
  for (const auto& [name, tensor] : mpi::broadcast_state(state, world)) {
    if (name == "random") {
      rg::default_generator().set_state(
          {static_cast<std::uint64_t>(tensor.at(0)), static_cast<std::uint64_t>(tensor.at(1))});
    } else if (name.rfind("optimizer.", 0) == 0) {
      optimizer.insert(name.substr(10), tensor);
    } else {
      model.insert(name, tensor);
    }
  }
  training.model->load_state_dict(model);
  training.optimizer->load_state_dict(optimizer);
}

void train(mpi::Communicator& world, const std::vector<std::string>& arguments, bool by_default) {
  rg::set_num_threads(std::atoi(arguments[1].c_str()));
  rg::manual_seed(static_cast<std::uint64_t>(1 + world.rank()));  // rank 0's counts
  Training training = make(arguments[0]);
  if (arguments[4] != "-") {
    resume(training, arguments[4], world);
  }
  mpi::DataParallel parallel(*training.model, world, {.deterministic = !by_default});
  const auto first = std::strtoull(arguments[2].c_str(), nullptr, 10);
  const auto last = std::strtoull(arguments[3].c_str(), nullptr, 10);
  const auto begin = std::chrono::steady_clock::now();
  double loss = 0;
  for (std::uint64_t step = first; step < last; ++step) {
    training.optimizer->zero_grad();
    loss = parallel.backward(batch_of(training.inputs, step),
                             [&](const rg::Batch& part) { return loss_of(*training.model, part); });
    training.optimizer->step();
    if (step == first && world.rank() == 0) {
      std::printf("running\n");
      std::fflush(stdout);
    }
  }
  parallel.verify();
  const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  if (world.rank() == 0) {
    std::printf("%.3f ms a step, the last loss is %.4f\n",
                time.count() / static_cast<double>(last - first), loss);
    if (arguments[5] != "-") {
      rg::save(state_of(training), arguments[5]);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool by_default = std::erase(arguments, "--default") > 0;
  if (arguments.size() != 6) {
    std::fprintf(
        stderr, "usage: mpi_train lenet|resnet20|lstm THREADS FIRST LAST IN|- OUT|- [--default]\n");
    return 2;
  }
  return mpi::run([&](mpi::Communicator& world) { train(world, arguments, by_default); });
}
