// A network from elsewhere: read an ONNX file, cut off its end, train a new one, and write it
// again, all without Python.
//
//   network_from_elsewhere [--model FILE --at VALUE] [--size N] [--data DIR] [--head-epochs N]
//                          [--epochs N] [--lr X] [--seed N] [--threads N] [--out DIR]
//
// FILE is a network for images of three channels from -1 to 1, N high and wide. VALUE is the name
// of its features, as viewers of ONNX files show it. Without FILE, the program first makes one of
// its own: a network that tells even digits from odd ones. The new end tells all ten apart. DIR has
// MNIST; without it, digits are drawn.
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include <retrograd/onnx/load.h>
#include <retrograd/onnx/save.h>
#include <retrograd/retrograd.h>

#include "command_line.h"
#include "training.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

// Another program's network: images of three channels, two classes.
struct Parity : nn::Module {
  nn::Sequential body{nn::Conv2d(3, 8, 3, {.padding = 1}),
                      nn::BatchNorm2d(8),
                      nn::ReLU(),
                      nn::MaxPool2d(2),
                      nn::Conv2d(8, 16, 3, {.padding = 1}),
                      nn::BatchNorm2d(16),
                      nn::ReLU(),
                      nn::MaxPool2d(2),
                      nn::Flatten()};
  nn::Linear last{16 * 7 * 7, 2};

  nn::Members members() override { return {{"body", body}, {"last", last}}; }
  Tensor forward(const Tensor& images) override { return last(body(images)); }
};

// Grey images as a network for coloured ones wants them: three channels from -1 to 1, of its size.
template <class Net>
struct OnDigits : nn::Module {
  Net net;
  std::int64_t size;

  OnDigits(Net inner, std::int64_t height) : net(std::move(inner)), size(height) {}
  nn::Members members() override { return {{"net", net}}; }
  Tensor forward(const Tensor& images) override {
    const Tensor resized =
        rg::interpolate(images, {.size = {size, size}, .mode = rg::InterpolateMode::bilinear});
    return net(rg::cat({resized, resized, resized}, 1) * 2.0 - 1.0);
  }
};

template <class Net>
void train(OnDigits<Net>& model, const rg::TensorDataset& data, const rg::TensorDataset& testing,
           double lr, std::int64_t epochs, std::uint64_t seed) {
  rg::DataLoader loader(data, {.batch_size = 64, .shuffle = true, .seed = seed});
  rg::optim::Adam optimizer(model.parameters(), {.lr = lr});  // skips what is frozen
  Training(model, optimizer).run(loader, testing, epochs);
}

void write_parity(const std::string& path, const rg::TensorDataset& data,
                  const rg::TensorDataset& testing, std::uint64_t seed) {
  const auto parity_of = [](const rg::TensorDataset& digits) {
    return rg::TensorDataset(digits.images(), rg::remainder(digits.labels(), 2));
  };
  OnDigits<Parity> model(Parity(), 28);
  std::printf("\nanother program tells even digits from odd ones, and writes %s\n", path.c_str());
  train(model, parity_of(data), parity_of(testing), 1e-3, 1, seed);
  rg::onnx::save(model.net, rg::rand({1, 3, 28, 28}), path);
}

std::int64_t trained_weights(nn::Module& model) {
  std::int64_t count = 0;
  for (const Tensor& parameter : model.parameters()) {
    count += parameter.requires_grad() ? parameter.numel() : 0;
  }
  return count;
}

// The largest difference between the scores of two networks.
double difference(nn::Module& a, nn::Module& b, const Tensor& images) {
  const rg::NoGradGuard unrecorded;
  a.eval();
  b.eval();
  return rg::max(rg::abs(a(images) - b(images))).item<double>();
}

void run(const CommandLine& options) {
  const std::uint64_t seed = prepare_run(options);
  const std::string folder = options.text("data", "");
  const bool drawn = folder.empty();
  const rg::TensorDataset data = drawn ? rg::drawn_digits(4000, 1) : rg::load_mnist(folder, true);
  const rg::TensorDataset testing =
      drawn ? rg::drawn_digits(1000, 2) : rg::load_mnist(folder, false);
  print_sizes(drawn ? "digits drawn by a program" : folder, data, testing);

  const std::string out = options.text("out", ".");
  std::string file = options.text("model", "");
  std::string at = options.text("at", "Parity.body.8/Reshape_output");
  if (file.empty()) {
    file = out + "/parity.onnx";
    write_parity(file, data, testing, seed);
  }

  rg::onnx::Network elsewhere = rg::onnx::load(file);
  std::printf("\n%s: %lld trained weights\n", file.c_str(),
              static_cast<long long>(trained_weights(elsewhere)));
  const std::int64_t size = options.integer("size", 28);
  elsewhere.replace(at, nn::Identity());
  const std::int64_t features = elsewhere(rg::rand({1, 3, size, size})).size(1);
  elsewhere.replace(at, nn::Linear(features, 10));
  OnDigits<rg::onnx::Network> model(std::move(elsewhere), size);

  model.net.freeze(at);
  model.net.freeze_norms();
  std::printf("\na new end for ten classes on %lld features: %lld trained weights\n",
              static_cast<long long>(features), static_cast<long long>(trained_weights(model)));
  train(model, data, testing, 3e-3, options.integer("head-epochs", 1), seed);

  model.unfreeze();
  model.net.freeze_norms(false);
  std::printf("\nthe whole network: %lld trained weights\n",
              static_cast<long long>(trained_weights(model)));
  train(model, data, testing, options.real("lr", 1e-3), options.integer("epochs", 1), seed);

  const std::string written = out + "/digits.onnx";
  const Tensor some = testing.slice(0, 100).images();
  rg::onnx::save(model, some, written);
  rg::onnx::Network again = rg::onnx::load(written);
  std::printf("\n%s: %.4f of the test images are right", written.c_str(),
              test(again, testing).accuracy);
  std::printf(", scores %s those before\n",
              difference(model, again, some) < 1e-4 ? "are" : "differ from");
}

int main(int argc, char** argv) {
  return run_program(
      argc, argv,
      {"model", "at", "size", "data", "head-epochs", "epochs", "lr", "seed", "threads", "out"},
      run);
}

/* Output of network_from_elsewhere --threads 1 --seed 1, where ... differs between computers:
digits drawn by a program: 4000 training and 1000 test images

another program tells even digits from odd ones, and writes ./parity.onnx
epoch 1/1  ... s, ... images/s  loss 0...  test accuracy 0...

./parity.onnx: 3010 trained weights

a new end for ten classes on 784 features: 7850 trained weights
epoch 1/1  ... s, ... images/s  loss 0...  test accuracy 0...

the whole network: 9290 trained weights
epoch 1/1  ... s, ... images/s  loss 0...  test accuracy 0.9...

./digits.onnx: 0.9... of the test images are right, scores are those before
*/
