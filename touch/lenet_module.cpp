// What the script of the page of LeNet calls.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/ops.h>

#include "exchange.h"
#include "lenet.h"

namespace {

using namespace retrograd;  // NOLINT: this file is a program's, not a header
using touch::guarded;
using touch::LeNetTraining;
using touch::passed;

std::unique_ptr<LeNetTraining> training;
std::vector<Tensor> shown;  // the layers' outputs for the digit that was asked

double pass(const Tensor& x) {
  passed = x.detach().to(float64).to_vector<double>();
  return static_cast<double>(passed.size());
}

}  // namespace

TOUCH_EXPORT double lenet_begin(int seed) {
  return guarded([&] {
    shown.clear();
    training = std::make_unique<LeNetTraining>(static_cast<std::uint64_t>(seed));
    return 0.0;
  });
}
TOUCH_EXPORT double lenet_step(double learning_rate) {
  return guarded([&] { return training->step(learning_rate); });
}
TOUCH_EXPORT int lenet_held_out() {
  return static_cast<int>(LeNetTraining::kHeldOut);
}
TOUCH_EXPORT double lenet_correct(int begin, int end) {
  return guarded([&] { return training->correct(begin, end); });
}
// Passes the pixels of a held-out digit, and returns its label.
TOUCH_EXPORT double lenet_digit(int index) {
  return guarded([&] {
    pass(training->held_out().images()[index]);
    return training->held_out().labels()[index].item<double>();
  });
}
// Runs the network on the 784 pixels that were passed, and returns the digit that it sees.
TOUCH_EXPORT double lenet_answer() {
  return guarded([&] {
    const NoGradGuard unrecorded;
    const Tensor digit = empty({1, 1, 28, 28});
    std::transform(passed.begin(), passed.begin() + 28 * 28, digit.data<float>(),
                   [](double pixel) { return static_cast<float>(pixel); });
    shown = training->model().layers(digit);
    shown.back() = softmax(shown.back(), 1);
    return argmax(shown.back(), 1).item<double>();
  });
}
// Passes what a layer made of that digit, and returns the number of elements. The last layer's are
// probabilities.
TOUCH_EXPORT double lenet_layer(int index) {
  return guarded([&] { return pass(shown.at(static_cast<std::size_t>(index))); });
}
// Passes the filters of the first or the second convolution.
TOUCH_EXPORT double lenet_filters(int layer) {
  return guarded([&] {
    auto& model = training->model();
    return pass(layer == 0 ? model.conv1.weight : model.conv2.weight);
  });
}
