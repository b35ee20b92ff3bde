#include "lenet.h"

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/data/digits.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/random.h>

namespace retrograd::touch {

namespace {

// Layers draw their first weights from the default generator.
std::uint64_t seeded(std::uint64_t seed) {
  manual_seed(seed);
  return seed;
}

}  // namespace

nn::Members LeNet::members() {
  return {{"conv1", conv1}, {"conv2", conv2}, {"fc1", fc1}, {"fc2", fc2}, {"fc3", fc3}};
}

std::vector<Tensor> LeNet::layers(const Tensor& images) {
  std::vector<Tensor> all = {relu(conv1(images))};
  const auto add = [&](Tensor x) { all.push_back(std::move(x)); };
  add(max_pool2d(all.back(), 2));
  add(relu(conv2(all.back())));
  add(max_pool2d(all.back(), 2));
  add(relu(fc1(flatten(all.back(), 1))));
  add(relu(fc2(all.back())));
  add(fc3(all.back()));
  return all;
}

// The held-out digits have the seed 0, which no step has.
LeNetTraining::LeNetTraining(std::uint64_t seed)
    : seed_(seeded(seed)),
      optimizer_(model_.parameters(), {.momentum = 0.9, .nesterov = true}),
      held_out_(drawn_digits(kHeldOut, 0)) {}

double LeNetTraining::step(double learning_rate) {
  const TensorDataset batch = drawn_digits(kBatch, (seed_ << 32U) + ++steps_);
  optimizer_.set_lr(learning_rate);
  optimizer_.zero_grad();
  const Tensor loss = cross_entropy(model_(batch.images()), batch.labels());
  loss.backward();
  optimizer_.step();
  return loss.item<double>();
}

double LeNetTraining::correct(std::int64_t begin, std::int64_t end) {
  const NoGradGuard unrecorded;
  const TensorDataset digits = held_out_.slice(begin, end);
  return sum(eq(argmax(model_(digits.images()), 1), digits.labels())).item<double>();
}

}  // namespace retrograd::touch
