// Write a custom operator and a custom layer, exactly as the library writes its operators.
//
// The operator is a bump, y = exp(-x^2) with dy/dx = -2 x y. The layer has k bumps along a line,
//   out[n, j] = bump((x[n] - centre[j]) / width[j]),
// and learns their centres and widths. A sum of bumps can be any curve: here a sine.
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

// Computes the bump, and records what its backward needs. The backward gets dL/dy as b.grad and
// returns dL/dx = dL/dy dy/dx. It is written with operators, so it can be differentiated too.
Tensor bump(const Tensor& x, rg::Where where = {}) {
  const Tensor y = rg::exp(-rg::square(x.detach()));
  return rg::record({.op = "bump",
                     .where = where,
                     .output = y,
                     .inputs = {x},
                     .saved = {x, y},
                     .backward = [](const rg::Backward& b) -> rg::Gradients {
                       return {b.grad * (-2.0 * b.saved(0) * b.saved(1))};
                     }});
}

// Computes the bump with a wrong derivative: the factor 2 is missing.
Tensor wrong_bump(const Tensor& x, rg::Where where = {}) {
  const Tensor y = rg::exp(-rg::square(x.detach()));
  return rg::record({.op = "wrong_bump",
                     .where = where,
                     .output = y,
                     .inputs = {x},
                     .saved = {x, y},
                     .backward = [](const rg::Backward& b) -> rg::Gradients {
                       return {b.grad * (-b.saved(0) * b.saved(1))};
                     }});
}

// A layer lists its parameters once, by name. Training, saving and summaries use the list.
struct Bumps : nn::Module {
  explicit Bumps(std::int64_t count)
      : centre(rg::linspace(-3, 3, count, {.dtype = rg::float64, .requires_grad = true})),
        width(rg::ones({count}, {.dtype = rg::float64, .requires_grad = true})) {}

  nn::Members members() override { return {{"centre", centre}, {"width", width}}; }
  Tensor forward(const Tensor& x) override {
    return bump((x - centre) / width);
  }  // (N, 1) -> (N, k)
  std::string describe() const override { return "Bumps(" + std::to_string(centre.numel()) + ")"; }

  Tensor centre, width;
};

int main() {
  // gradcheck compares backward with (f(x + h) - f(x - h)) / 2h. gradgradcheck compares the
  // backward of the backward in the same way, which second derivatives use.
  const Tensor x =
      rg::tensor({-1.5, -0.5, 0.0, 0.3, 2.0}, {.dtype = rg::float64, .requires_grad = true});
  const auto right = [](const auto& in) { return bump(in[0]); };
  const auto wrong = [](const auto& in) { return wrong_bump(in[0]); };
  std::printf("bump:           gradcheck %s\n", rg::gradcheck(right, {x}) ? "passes" : "FAILS");
  std::printf("                gradgradcheck %s\n",
              rg::gradgradcheck(right, {x}) ? "passes" : "FAILS");
  const rg::GradcheckResult caught = rg::gradcheck(wrong, {x});
  std::printf("without the 2:  gradcheck %s\n  %s\n", caught ? "PASSES" : "fails",
              caught.message.c_str());

  // The layer in a network, beside the library's layers.
  nn::Linear weigh(6, 1, {.dtype = rg::float64});
  rg::manual_seed(1);
  nn::init::normal_(weigh.weight);
  nn::Sequential model{Bumps(6), std::move(weigh)};
  std::printf("\n%s\n", model.summary({100, 1}).c_str());

  const Tensor at = rg::reshape(rg::linspace(-3, 3, 100, {.dtype = rg::float64}), {100, 1});
  const Tensor sine = rg::sin(2.0 * at);
  rg::optim::Adam optimizer(model.parameters(), {.lr = 0.02});
  for (int step = 0; step <= 1000; ++step) {
    optimizer.zero_grad();
    const Tensor loss = rg::mse_loss(model(at), sine);
    if (step % 250 == 0) {
      std::printf("step %4d  mean squared error %.4f\n", step, loss.item<double>());
    }
    loss.backward();
    optimizer.step();
  }
  for (const auto& [name, tensor] : model.state_dict()) {
    show(name, tensor, 2);
  }
}

/* Output:
bump:           gradcheck passes
                gradgradcheck passes
without the 2:  gradcheck fails
  gradcheck: d output 0[0] / d input 0[0] of 'wrong_bump' is 0.15809... by backward but 0.31619...

module   kind           output    parameters  multiply-adds
(model)  Sequential(2)  [100, 1]           0              0
0        Bumps(6)       [100, 6]          12              0
1        Linear(6, 1)   [100, 1]           7            600
total                                     19            600

step    0  mean squared error 1.7592
step  250  mean squared error 0.0055
step  500  mean squared error 0.0009
step  750  mean squared error 0.0002
step 1000  mean squared error 0.0001
0.centre                   -3.11 -0.96 -1.95  0.46  0.98  2.33
0.width                    0.43 0.99 1.49 0.65 0.59 0.71
1.weight                   -0.60 -1.89  1.22  0.54  0.54 -1.16
1.bias                     0.15
*/
