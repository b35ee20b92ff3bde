// Write transfer: a network that tells the digits 0 to 4 apart gets a new last layer, which alone
// is trained, for the digits 5 to 9.
//
// You need: model.freeze(), which stops the gradients of all parameters; nn::Linear(in, out).
#include <cstdint>
#include <string>

#include "marking.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

struct Net : nn::Module {
  nn::Sequential body{nn::Conv2d(1, 8, 5), nn::ReLU(),       nn::MaxPool2d(2), nn::Conv2d(8, 16, 5),
                      nn::ReLU(),          nn::MaxPool2d(2), nn::Flatten()};
  nn::Linear last{16 * 4 * 4, 5};

  nn::Members members() override { return {{"body", body}, {"last", last}}; }
  Tensor forward(const Tensor& images) override { return last(body(images)); }
};

void prepare(Net& net) {
  // --- Your lines: freeze the network; then give it a new last layer of the same shape. ---
  (void)net;
  // --- to here ---
}

void train(Net& net, const rg::TensorDataset& data) {
  rg::optim::Adam optimizer(net.parameters(), {.lr = 0.003});  // skips frozen parameters
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (const auto& [images, labels] :
         rg::DataLoader(data, {.batch_size = 20, .shuffle = true, .seed = 1})) {
      optimizer.zero_grad();
      rg::cross_entropy(net(images), labels).backward();
      optimizer.step();
    }
  }
}

// The digits `first` to `first + 4`, with labels from 0 to 4.
rg::TensorDataset digits_from(std::int64_t first, std::int64_t count, std::uint64_t seed) {
  const rg::TensorDataset all = rg::drawn_digits(count, seed);
  const Tensor label = all.labels() - first;
  const Tensor chosen = rg::logical_and(label >= 0, label < 5);
  return {all.images()(chosen), label(chosen)};
}

double accuracy(Net& net, const rg::TensorDataset& data) {
  const rg::NoGradGuard unrecorded;
  const Tensor right = rg::argmax(net(data.images()), 1) == data.labels();
  return static_cast<double>(rg::sum(right).item<std::int64_t>()) /
         static_cast<double>(data.size());
}

int main() {
  rg::manual_seed(1);
  Net net;
  train(net, digits_from(0, 2000, 0));
  const Tensor filters = net.body.parameters()[0].detach().clone();
  const Tensor old_last = net.last.weight.detach().clone();
  prepare(net);
  return mark({
      {"the body is frozen",
       [&] {
         for (const Tensor& parameter : net.body.parameters()) {
           expect(!parameter.requires_grad(),
                  "a parameter of the body requires a gradient.\n"
                  "Hint: net.freeze() freezes all that net.members() lists.");
         }
       }},
      {"the last layer is new, and can learn",
       [&] {
         expect(!same(net.last.weight, old_last),
                "the last layer has its old weights.\nHint: net.last = nn::Linear(...).");
         expect(net.last.weight.requires_grad(),
                "the last layer is frozen.\n"
                "Hint: freeze first; a layer that comes later is not frozen.");
       }},
      {"200 labelled digits lead to 85 of 100 right, and the body keeps its bits",
       [&] {
         train(net, digits_from(5, 400, 2));
         expect(same(net.body.parameters()[0], filters), "the body has changed.");
         const double right = accuracy(net, digits_from(5, 1000, 1));
         expect(right >= 0.85, "the accuracy is " + std::to_string(right) + ".");
       }},
  });
}
