// Trains a model on random data from fixed seeds, for compare_bits.py. Prints the median time of a
// step and the last loss, and saves all parameters and buffers to FILE.
//
//   train_models lenet|resnet20|unet|lstm|vit float32|bfloat16 THREADS STEPS [--deterministic]
//   [FILE]
//
// bfloat16 is mixed precision.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models.h"

namespace {

using namespace test;
using Clock = std::chrono::steady_clock;

// A model with all that a step needs.
struct Training {
  std::unique_ptr<nn::Module> model;
  std::unique_ptr<rg::optim::Optimizer> optimizer;
  Tensor input;
  Tensor target;
  std::function<Tensor(const Tensor& output, const Tensor& target)> loss;
  bool clip = false;  // the norm of the gradients, as recurrences need
};

Tensor cross_entropy(const Tensor& output, const Tensor& target) {
  return rg::cross_entropy(output, target);
}

Tensor mask_loss(const Tensor& output, const Tensor& target) {
  return rg::binary_cross_entropy_with_logits(output, target);
}

std::unique_ptr<rg::optim::Optimizer> sgd(const nn::Module& model) {
  return std::make_unique<rg::optim::SGD>(
      model.parameters(), rg::optim::SGDOptions{.lr = 0.01, .momentum = 0.9, .weight_decay = 1e-4});
}

std::unique_ptr<rg::optim::Optimizer> adam(const nn::Module& model) {
  return std::make_unique<rg::optim::Adam>(model.parameters());
}

Training classifier(std::unique_ptr<nn::Module> model, const rg::Shape& images) {
  Training made;
  made.model = std::move(model);
  made.input = rg::randn(images);
  made.target = rg::randint(0, 10, {images[0]});
  made.loss = cross_entropy;
  return made;
}

Training make(const std::string& name) {
  Training made;
  if (name == "lenet") {
    made = classifier(std::make_unique<nn::Sequential>(lenet()), {64, 1, 28, 28});
    made.optimizer = sgd(*made.model);
  } else if (name == "resnet20") {
    made = classifier(std::make_unique<ResNet20>(), {32, 3, 32, 32});
    made.optimizer = sgd(*made.model);
  } else if (name == "vit") {
    made = classifier(std::make_unique<Vit>(), {32, 3, 32, 32});
    made.optimizer = adam(*made.model);
  } else if (name == "unet") {
    made.model = std::make_unique<UNet>();
    made.input = rg::randn({4, 1, 64, 64});
    made.target = (rg::rand({4, 1, 64, 64}) > 0.5).to(rg::float32);
    made.loss = mask_loss;
    made.optimizer = adam(*made.model);
  } else if (name == "lstm") {
    made.model = std::make_unique<Lstm>();
    made.input = rg::randn({32, 50, 32});
    made.target = rg::randint(0, 10, {32 * 50});
    made.loss = cross_entropy;
    made.optimizer = adam(*made.model);
    made.clip = true;
  } else {
    throw std::invalid_argument("no model is called '" + name + "'");
  }
  return made;
}

// Returns the loss before it.
double step(const Training& training, bool autocast) {
  training.optimizer->zero_grad();
  const auto forward = [&] {
    const rg::Autocast casting(rg::bfloat16, autocast);
    return training.loss((*training.model)(training.input), training.target);
  };
  const Tensor loss = forward();
  loss.backward();
  if (training.clip) {
    rg::optim::clip_grad_norm_(training.model->parameters(), 0.1);
  }
  training.optimizer->step();
  return loss.item<double>();
}

void run(const std::vector<std::string>& arguments, bool deterministic) {
  const std::string& dtype = arguments[1];
  if (dtype != "float32" && dtype != "bfloat16") {
    throw std::invalid_argument("no dtype here is called '" + dtype + "'");
  }
  const int steps = std::atoi(arguments[3].c_str());
  if (steps < 1) {
    throw std::invalid_argument("STEPS is below 1");
  }
  rg::set_num_threads(std::atoi(arguments[2].c_str()));
  if (deterministic) {
    rg::set_deterministic(true);
  }
  rg::manual_seed(1);
  const Training training = make(arguments[0]);
  std::vector<double> times;
  double loss = 0;
  for (int i = 0; i < steps; ++i) {
    const Clock::time_point start = Clock::now();
    loss = step(training, dtype == "bfloat16");
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  std::printf("%.3f ms a step, the last loss is %.4f\n", *middle, loss);
  if (!std::isfinite(loss)) {
    throw std::runtime_error("NaN would hide what differs");
  }
  if (arguments.size() == 5) {
    rg::save(*training.model, arguments[4]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool deterministic = std::erase(arguments, "--deterministic") > 0;
  if (arguments.size() < 4 || arguments.size() > 5) {
    std::fprintf(stderr,
                 "usage: train_models lenet|resnet20|unet|lstm|vit float32|bfloat16 THREADS STEPS "
                 "[--deterministic] [FILE]\n");
    return 2;
  }
  try {
    run(arguments, deterministic);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train_models: %s\n", error.what());
    return 1;
  }
}
