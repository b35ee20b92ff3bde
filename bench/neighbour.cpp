// Times the steps of a training, for neighbour.py, which keeps a processor busy beside it. Prints
// the milliseconds of each step after five warm ones, one a line.
//
//   neighbour mlp|lenet|resnet20 THREADS STEPS
//
// peers/pytorch/neighbour.py is the same in PyTorch.
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "models.h"

namespace {

using namespace bench;
using rg::Tensor;
using Step = std::function<void()>;
using Clock = std::chrono::steady_clock;

constexpr int kWarm = 5;  // steps that are not measured

Step training(const std::string& model) {
  if (model == "mlp") {
    return bench::Training<Mlp>(rg::Shape{64, 784});
  }
  if (model == "lenet") {
    return bench::Training<LeNet>(rg::Shape{64, 1, 28, 28});
  }
  if (model == "resnet20") {
    return bench::Training<ResNet20>(rg::Shape{32, 3, 32, 32});
  }
  throw std::invalid_argument("no model is called '" + model + "'");
}

void run(const std::string& model, int threads, int steps) {
  rg::set_num_threads(threads);
  const Step step = training(model);
  std::vector<double> times;
  for (int i = 0; i < kWarm + steps; ++i) {
    const Clock::time_point start = Clock::now();
    step();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  for (int i = 0; i < steps; ++i) {
    std::printf("%.4f\n", times[static_cast<std::size_t>(kWarm + i)]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: neighbour mlp|lenet|resnet20 THREADS STEPS\n");
    return 2;
  }
  try {
    run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "neighbour: %s\n", error.what());
    return 1;
  }
}
