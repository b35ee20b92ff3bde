// Trains LeNet-5 on MNIST, or without files on digits drawn by the library.
//
//   lenet [--data DIR] [--epochs N] [--batch-size N] [--lr X] [--seed N] [--threads N]
//         [--dtype bfloat16] [--save FILE] [--load FILE]
//
// Reference: LeCun et al., "Gradient-based learning applied to document recognition", 1998; with
// ReLU and max pooling in place of the original's sigmoids and averages.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "command_line.h"
#include "progress.h"

namespace rg = retrograd;
namespace nn = rg::nn;

struct LeNet : nn::Module {
  nn::Conv2d conv1{1, 6, 5, {.padding = 2}};  // (N, 1, 28, 28) -> (N, 6, 28, 28)
  nn::Conv2d conv2{6, 16, 5};                 // (N, 6, 14, 14) -> (N, 16, 10, 10)
  nn::Linear fc1{16 * 5 * 5, 120};
  nn::Linear fc2{120, 84};
  nn::Linear fc3{84, 10};

  nn::Members members() override {
    return {{"conv1", conv1}, {"conv2", conv2}, {"fc1", fc1}, {"fc2", fc2}, {"fc3", fc3}};
  }

  rg::Tensor forward(const rg::Tensor& images) override {
    rg::Tensor x = rg::max_pool2d(rg::relu(conv1(images)), 2);
    x = rg::max_pool2d(rg::relu(conv2(x)), 2);
    x = rg::flatten(x, 1);
    x = rg::relu(fc1(x));
    x = rg::relu(fc2(x));
    return fc3(x);  // logits, (N, 10)
  }
};

// One pass over the data, its products in bfloat16 if so wanted; gives the mean loss.
double train(LeNet& model, rg::DataLoader& loader, rg::optim::SGD& optimizer, bool autocast,
             const std::string& title) {
  Progress progress(title, loader.dataset().size());
  double total = 0;
  for (const auto& [images, labels] : loader) {
    optimizer.zero_grad();
    const rg::Tensor loss = [&] {
      const rg::Autocast casting(rg::bfloat16, autocast);
      return rg::cross_entropy(model(images), labels);
    }();
    loss.backward();
    optimizer.step();
    total += loss.item<double>() * static_cast<double>(images.size(0));
    progress.advance(images.size(0));
  }
  return total / static_cast<double>(loader.dataset().size());
}

struct Confusion {
  std::int64_t counts[10][10] = {};  // [label][prediction]

  double accuracy() const {
    std::int64_t right = 0;
    std::int64_t all = 0;
    for (int label = 0; label < 10; ++label) {
      for (int predicted = 0; predicted < 10; ++predicted) {
        all += counts[label][predicted];
        right += label == predicted ? counts[label][predicted] : 0;
      }
    }
    return static_cast<double>(right) / static_cast<double>(all);
  }
};

Confusion test(LeNet& model, const rg::Dataset& data) {
  const rg::NoGradGuard unrecorded;
  Confusion confusion;
  for (const auto& [images, labels] : rg::DataLoader(data, {.batch_size = 500})) {
    const auto predicted = rg::argmax(model(images), 1).to_vector<std::int64_t>();
    const auto expected = labels.to_vector<std::int64_t>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ++confusion.counts[expected[i]][predicted[i]];
    }
  }
  return confusion;
}

void print(const Confusion& confusion) {
  std::printf("\nrows: the digit, columns: what the network saw\n    ");
  for (int predicted = 0; predicted < 10; ++predicted) {
    std::printf("%6d", predicted);
  }
  for (int label = 0; label < 10; ++label) {
    std::printf("\n%4d", label);
    for (int predicted = 0; predicted < 10; ++predicted) {
      std::printf("%6lld", static_cast<long long>(confusion.counts[label][predicted]));
    }
  }
  std::printf("\n\n");
}

int run(const CommandLine& options) {
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

  const std::string dtype = options.text("dtype", "float32");
  if (dtype != "float32" && dtype != "bfloat16") {
    throw rg::ValueError("--dtype is float32 or bfloat16, not " + dtype);
  }
  const bool autocast = dtype == "bfloat16";

  LeNet model;
  if (options.has("load")) {
    model.load_state_dict(rg::load(options.text("load", "")));
  }
  std::printf("\n%s\n", model.summary({1, 1, 28, 28}).c_str());

  rg::DataLoader loader(
      training, {.batch_size = options.integer("batch-size", 64), .shuffle = true, .seed = seed});
  rg::optim::SGD optimizer(model.parameters(), {.lr = options.real("lr", 0.03), .momentum = 0.9});
  const auto epochs = options.integer("epochs", 3);
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    const std::string title = "epoch " + std::to_string(epoch) + "/" + std::to_string(epochs);
    const double loss = train(model, loader, optimizer, autocast, title);
    std::printf("  loss %.4f  test accuracy %.4f\n", loss, test(model, testing).accuracy());
    std::fflush(stdout);
  }
  if (options.has("save")) {
    rg::save(model.state_dict(), options.text("save", ""));
  }
  const Confusion confusion = test(model, testing);
  print(confusion);
  std::printf("test accuracy: %.4f\n", confusion.accuracy());
  return 0;
}

int main(int argc, char** argv) {
  try {
    return run(CommandLine(
        argc, argv,
        {"data", "epochs", "batch-size", "lr", "seed", "threads", "dtype", "save", "load"}));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lenet: %s\n", error.what());
    return 1;
  }
}
