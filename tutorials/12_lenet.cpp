// The lecture's real example: LeNet-5 on MNIST, or without files on digits drawn by the library.
//
//   lenet [--data DIR] [--epochs N] [--batch-size N] [--lr X] [--seed N] [--threads N]
//         [--save FILE] [--load FILE] [--out DIR]
//
// Writes to DIR what it learned: lenet_filters.png, lenet_features.png, lenet_curve.svg and
// lenet_mistakes.png.
//
// Reference: LeCun et al., "Gradient-based learning applied to document recognition", 1998; with
// ReLU and max pooling in place of the original's sigmoids and averages.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "command_line.h"
#include "pictures.h"
#include "training.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

struct LeNet : nn::Module {
  nn::Conv2d conv1{1, 6, 5, {.padding = 2}};  // (N, 1, 28, 28) -> (N, 6, 28, 28)
  nn::Conv2d conv2{6, 16, 5};                 // (N, 6, 14, 14) -> (N, 16, 10, 10)
  nn::Linear fc1{16 * 5 * 5, 120};
  nn::Linear fc2{120, 84};
  nn::Linear fc3{84, 10};

  nn::Members members() override {
    return {{"conv1", conv1}, {"conv2", conv2}, {"fc1", fc1}, {"fc2", fc2}, {"fc3", fc3}};
  }

  Tensor forward(const Tensor& images) override {
    Tensor x = rg::max_pool2d(rg::relu(conv1(images)), 2);
    x = rg::max_pool2d(rg::relu(conv2(x)), 2);
    x = rg::flatten(x, 1);
    x = rg::relu(fc1(x));
    x = rg::relu(fc2(x));
    return fc3(x);  // logits, (N, 10)
  }
};

// The six filters of the first layer, and what the layers make of one digit: the digit, the six
// maps of 28 x 28, and the sixteen of 10 x 10.
void draw_layers(LeNet& model, const Tensor& digit, const std::string& out) {
  const rg::NoGradGuard unrecorded;
  std::vector<Tensor> filters;
  for (const Tensor& filter : rg::unbind(model.conv1.weight)) {
    filters.push_back(enlarged(stretched(filter), 16));
  }
  rg::save_png(sheet(filters, 6), out + "/lenet_filters.png");

  std::vector<Tensor> maps = {enlarged(digit, 2)};
  const Tensor first = rg::relu(model.conv1(digit));
  for (const Tensor& map : rg::split(first, 1)) {
    maps.push_back(enlarged(stretched(map), 2));
  }
  for (const Tensor& map : rg::split(rg::relu(model.conv2(rg::max_pool2d(first, 2))), 1)) {
    maps.push_back(enlarged(rg::pad(stretched(map), {2, 2, 2, 2}), 4));
  }
  rg::save_png(sheet(maps, 8), out + "/lenet_features.png");
}

void draw_mistakes(const TestResult& result, const Tensor& images, const std::string& out) {
  const std::size_t count = std::min<std::size_t>(result.mistakes.size(), 40);
  std::vector<Tensor> pictures;
  std::printf("mistakes, as in lenet_mistakes.png (digit>seen):");
  for (std::size_t i = 0; i < count; ++i) {
    const Mistake& mistake = result.mistakes[i];
    pictures.push_back(enlarged(rg::select(images, 0, mistake.image), 2));
    std::printf("%s %lld>%lld", i % 10 == 0 ? "\n " : "", static_cast<long long>(mistake.label),
                static_cast<long long>(mistake.seen));
  }
  std::printf("\n");
  if (count > 0) {
    rg::save_png(sheet(pictures, 10), out + "/lenet_mistakes.png");
  }
}

void run(const CommandLine& options) {
  if (options.has("threads")) {
    rg::set_num_threads(static_cast<int>(options.integer("threads", 1)));
  }
  const auto seed = static_cast<std::uint64_t>(options.integer("seed", 0));
  rg::manual_seed(seed);
  const std::string folder = options.text("data", "");
  const rg::Dataset training =
      folder.empty() ? rg::drawn_digits(20000, 1) : rg::load_mnist(folder, true);
  const rg::Dataset testing =
      folder.empty() ? rg::drawn_digits(4000, 2) : rg::load_mnist(folder, false);
  std::printf("%s: %lld training and %lld test images\n",
              folder.empty() ? "digits drawn by a program" : folder.c_str(),
              static_cast<long long>(training.size()), static_cast<long long>(testing.size()));

  LeNet model;
  if (options.has("load")) {
    model.load_state_dict(rg::load(options.text("load", "")));
  }
  std::printf("\n%s\n", model.summary({1, 1, 28, 28}).c_str());

  rg::DataLoader loader(
      training, {.batch_size = options.integer("batch-size", 64), .shuffle = true, .seed = seed});
  rg::optim::SGD optimizer(model.parameters(), {.lr = options.real("lr", 0.03), .momentum = 0.9});
  Training lenet{model, optimizer};
  lenet.run(loader, testing, options.integer("epochs", 3));
  if (options.has("save")) {
    rg::save(model.state_dict(), options.text("save", ""));
  }

  const TestResult result = test(model, testing);
  std::printf("\nrows: the digit, columns: what the network saw\n");
  print_counts(result);
  const std::string out = options.text("out", ".");
  draw_layers(model, rg::select(testing.images(), 0, 0), out);
  draw_mistakes(result, testing.images(), out);
  save_plot(out + "/lenet_curve.svg", "batches", {lenet.training_loss, lenet.test_loss});
  std::printf("\ntest accuracy: %.4f\n", result.accuracy);
}

int main(int argc, char** argv) {
  return run_program(
      argc, argv, {"data", "epochs", "batch-size", "lr", "seed", "threads", "save", "load", "out"},
      run);
}
