// Write a step of gradient descent, W <- W - lr dloss/dW, without an optimizer.
//
// You need: loss.backward(), which adds to W.grad(), W.zero_grad(), which empties it, and
// `const rg::NoGradGuard unrecorded;`, which keeps W -= ... off the tape.
#include <vector>

#include "marking.h"

namespace rg = retrograd;
using rg::Tensor;

constexpr rg::TensorOptions kReal = {.dtype = rg::float64};

// The network of the lecture's "taste of backpropagation", whose output should become 1.5.
struct Net {
  Tensor W1 = rg::tensor({0.5, -0.4, 0.8}, {.dtype = rg::float64, .requires_grad = true});
  Tensor W2 =
      rg::tensor({0.3, -0.2, 0.6, 0.1, -0.5}, {.dtype = rg::float64, .requires_grad = true});

  Tensor loss() const {
    const Tensor x = rg::tensor({{{1.0, 2.0, -1.0, 3.0, 0.5}}}, kReal);
    const Tensor A1 = rg::relu(rg::conv1d(x, rg::reshape(W1, {1, 1, 3}), {}, {.padding = 1}));
    return rg::square(rg::sum(rg::reshape(A1, {5}) * W2) - 1.5);
  }
};

void descend(Net& net, double lr) {
  std::vector<Tensor> weights = {net.W1, net.W2};
  // --- Your lines: compute the gradients, then move each weight against its own. ---
  net.loss().backward();
  // --- to here ---
}

int main() {
  // Where a step leads, from gradients that are new.
  const auto expect_step = [](Net& net, const char* which, const char* hint) {
    const std::vector<Tensor> slopes = rg::grad({net.loss()}, {net.W1, net.W2});
    const Tensor W1 = net.W1.detach() - 0.005 * slopes[0];
    const Tensor W2 = net.W2.detach() - 0.005 * slopes[1];
    descend(net, 0.005);
    expect(net.W1.requires_grad() && net.W1.is_leaf(),
           "W1 is no leaf with a gradient any more.\n"
           "Hint: change it in memory, W -= ...; W = W - ... makes another tensor.");
    expect_equal(std::string("W1 after the ") + which + " step", net.W1, W1, hint);
    expect_equal(std::string("W2 after the ") + which + " step", net.W2, W2, hint);
  };
  return mark({
      {"the first step",
       [&] {
         Net net;
         expect_step(net, "first", "backward() only computes. W -= lr * W.grad() moves W.");
       }},
      {"the second step",
       [&] {
         Net net;
         descend(net, 0.005);
         expect_step(net, "second",
                     "backward() adds to the gradient that is there. When is it emptied?");
       }},
      {"40 steps lead to a loss below 1e-6",
       [&] {
         Net net;
         for (int step = 0; step < 40; ++step) {
           descend(net, 0.005);
         }
         const double loss = net.loss().item<double>();
         expect(loss < 1e-6, "the loss is " + std::to_string(loss) + ".\nHint: does it fall?");
       }},
  });
}
