// Replace the last layer of a trained network and train it again. A network that told five shapes
// apart in many images has filters for edges and corners, which serve five other shapes too. Of
// these, only 200 images have labels:
//   from scratch    a new network, which sees these 200 images alone
//   new last layer  the trained network with a new last layer, which alone is trained
//   fine-tuned      all layers of that network, trained a little more
//
//   transfer [--data DIR] [--images N] [--labelled N] [--epochs N] [--seed N] [--threads N]
//
// DIR has the files of CIFAR-10; without it, shapes are drawn. Networks with torchvision's names
// and their weights are in retrograd::models: model.freeze(), model.replace_head(5), and train.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>

#include <retrograd/retrograd.h>

#include "command_line.h"
#include "drawn_shapes.h"
#include "training.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

constexpr std::int64_t kClasses = 5;
constexpr std::int64_t kFeatures = 64;

nn::Conv2d conv3x3(std::int64_t in, std::int64_t out) {
  return {in, out, 3, {.padding = 1, .bias = false}};
}

struct Net : nn::Module {
  nn::Sequential body{conv3x3(3, 16),  nn::BatchNorm2d(16), nn::ReLU(), nn::MaxPool2d(2),
                      conv3x3(16, 32), nn::BatchNorm2d(32), nn::ReLU(), nn::MaxPool2d(2),
                      conv3x3(32, 64), nn::BatchNorm2d(64), nn::ReLU(), nn::AdaptiveAvgPool2d(1),
                      nn::Flatten()};
  nn::Linear last{kFeatures, kClasses};

  nn::Members members() override { return {{"body", body}, {"last", last}}; }
  Tensor forward(const Tensor& images) override { return last(body(images)); }
};

// The classes `first` to `first + 4`, with labels from 0 to 4.
rg::TensorDataset classes_from(std::int64_t first, const rg::TensorDataset& data) {
  const Tensor label = data.labels() - first;
  const Tensor chosen = rg::logical_and(label >= 0, label < kClasses);
  return {data.images()(chosen), label(chosen)};
}

// A frozen body keeps its statistics too: in evaluation mode, batch norm does not update them.
void train(Net& net, const rg::TensorDataset& data, double lr, std::int64_t epochs,
           std::uint64_t seed, bool frozen_body = false) {
  rg::optim::Adam optimizer(net.parameters(), {.lr = lr});  // skips what is frozen
  rg::DataLoader loader(data, {.batch_size = 20, .shuffle = true, .seed = seed});
  net.train();
  net.body.train(!frozen_body);
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [images, labels] : loader) {
      optimizer.zero_grad();
      rg::cross_entropy(net(images), labels).backward();
      optimizer.step();
    }
  }
}

void report(const char* what, Net& net, const rg::TensorDataset& testing) {
  std::int64_t trained = 0;
  for (const Tensor& parameter : net.parameters()) {
    trained += parameter.requires_grad() ? parameter.numel() : 0;
  }
  std::printf("%-15s accuracy %.3f  trained weights %lld\n", what, test(net, testing).accuracy,
              static_cast<long long>(trained));
}

void run(const CommandLine& options) {
  const std::uint64_t seed = prepare_run(options);
  const std::string folder = options.text("data", "");
  const bool drawn = folder.empty();
  const std::int64_t images = options.integer("images", 4000);
  rg::TensorDataset data = drawn ? drawn_shapes(images, 1) : rg::load_cifar10(folder, true);
  data = data.slice(0, std::min(images, data.size()));
  const rg::TensorDataset unseen = drawn ? drawn_shapes(1000, 2) : rg::load_cifar10(folder, false);
  const std::int64_t epochs = options.integer("epochs", 10);

  const rg::TensorDataset many = classes_from(0, data);
  const rg::TensorDataset seen = classes_from(0, unseen);
  print_sizes("classes 0 to 4", many, seen);
  Net net;
  train(net, many, 3e-3, 8, seed);
  report("trained", net, seen);

  rg::TensorDataset few = classes_from(5, data);
  few = few.slice(0, std::min(few.size(), options.integer("labelled", 200)));
  const rg::TensorDataset testing = classes_from(5, unseen);
  print_sizes("\nclasses 5 to 9", few, testing);
  Net scratch;
  train(scratch, few, 1e-3, 2 * epochs, seed);
  report("from scratch", scratch, testing);

  net.freeze();
  net.last = nn::Linear(kFeatures, kClasses);
  train(net, few, 1e-2, epochs, seed, true);
  report("new last layer", net, testing);

  net.unfreeze();
  train(net, few, 1e-3, epochs, seed);
  report("fine-tuned", net, testing);
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"data", "images", "labelled", "epochs", "seed", "threads"}, run);
}

/* Output of transfer --threads 1 --seed 2, where ... is what differs between computers:
classes 0 to 4: 2000 training and 500 test images
trained         accuracy 0.9...  trained weights 24021

classes 5 to 9: 200 training and 500 test images
from scratch    accuracy 0.8...  trained weights 24021
new last layer  accuracy 0...  trained weights 325
fine-tuned      accuracy 0.9...  trained weights 24021
*/
