// Write LeNet-5 and train it: the lecture's real example, on digits that the library draws.
//
// You need: rg::relu(x), rg::max_pool2d(x, 2), rg::flatten(x, 1), rg::cross_entropy(logits,
// labels), and of the optimizer zero_grad() and step(). An error names your line and the shapes.
#include <cstdint>
#include <string>

#include "marking.h"

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
    Tensor x = images;
    // --- Your lines: convolution, ReLU and pooling, twice; then flatten, and the full layers. ---
    x = conv1(x);
    // --- to here ---
    return fc3(x);  // logits, (N, 10), without ReLU
  }
};

void train(LeNet& model, const rg::TensorDataset& digits) {
  rg::optim::SGD optimizer(model.parameters(), {.lr = 0.03, .momentum = 0.9});
  rg::DataLoader loader(digits, {.batch_size = 32, .shuffle = true, .seed = 1});
  for (const auto& [images, labels] : loader) {
    // --- Your lines: empty the gradients, compute new ones from the loss, and step. ---
    (void)images, (void)labels;
    // --- to here ---
  }
}

int main() {
  rg::manual_seed(1);
  LeNet model;
  return mark({
      {"two images give two rows of ten logits",
       [&] {
         const Tensor logits = model(rg::zeros({2, 1, 28, 28}));
         expect(logits.shape() == rg::Shape{2, 10},
                "the logits have shape " + to_string(logits.shape()) + ", not [2, 10].");
       }},
      {"every layer is used",
       [&] {
         rg::sum(model(rg::rand({2, 1, 28, 28}))).backward();
         for (const auto& [name, parameter] : model.named_parameters()) {
           expect(parameter.grad().defined(), name + " has no gradient.\nHint: call its layer.");
         }
         model.zero_grad();
       }},
      {"three passes over 3,000 digits lead to 90 of 100 right",
       [&] {
         for (int epoch = 0; epoch < 3; ++epoch) {
           train(model, rg::drawn_digits(3000));
         }
         const rg::TensorDataset unseen = rg::drawn_digits(500, 1);
         const rg::NoGradGuard unrecorded;
         const Tensor seen = rg::argmax(model(unseen.images()), 1);
         const auto right = rg::sum(seen == unseen.labels()).item<std::int64_t>();
         expect(right >= 450,
                std::to_string(right) +
                    " of 500 unseen digits are right.\n"
                    "Hint: zero_grad(), then backward() of the loss, then step(), in each batch.");
       }},
  });
}
