// Compute derivatives of derivatives, beyond the slides. A backward pass is a program of operators
// like any other, so it can be recorded and differentiated too.
#include <cstdint>
#include <cstdio>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

constexpr rg::TensorOptions kReal = {.dtype = rg::float64};

// Solves H p = g by conjugate gradients, which needs only products of H and vectors. H v is the
// derivative of (dL/dw . v): one pass more than a gradient, for any number of weights.
template <class Loss>
Tensor newton_direction(const Loss& loss, const Tensor& w, const Tensor& g) {
  Tensor p = rg::zeros_like(g);
  Tensor residual = g.clone();
  Tensor direction = residual;
  for (std::int64_t i = 0; i < g.numel(); ++i) {
    const Tensor H_direction = rg::hvp(loss, w, direction).gradient;
    const Tensor squared = rg::matmul(residual, residual);
    const Tensor alpha = squared / rg::matmul(direction, H_direction);
    p = p + alpha * direction;
    residual = residual - alpha * H_direction;
    direction = residual + rg::matmul(residual, residual) / squared * direction;
  }
  return p;
}

// A small network, y = v . tanh(W x), with W (2 x 2) and v (2) in one vector of 6.
Tensor network(const Tensor& w, const Tensor& x) {  // x (N, 2) -> (N)
  const Tensor W = rg::reshape(rg::narrow(w, 0, 0, 4), {2, 2});
  return rg::matmul(rg::tanh(rg::linear(x, W)), rg::narrow(w, 0, 4, 2));
}

int main() {
  const Tensor x = rg::tensor({{0.5, -1.0}, {1.5, 0.3}, {-0.8, 0.9}, {0.2, 1.1}}, kReal);
  Tensor w = rg::tensor({0.4, -0.3, 0.8, 0.5, -0.6, 0.7}, kReal);

  // The Hessian of the network's loss: how each slope changes with each weight.
  //   H[i, j] = d^2 L / dw_i dw_j = d^2 L / dw_j dw_i
  const Tensor targets = rg::tensor({0.2, -0.4, 0.9, 0.1}, kReal);
  const auto loss = [&](const Tensor& at) { return rg::mse_loss(network(at, x), targets); };
  const Tensor H = rg::hessian(loss, w);
  show("Hessian of the network", H, 3);
  const Tensor v = rg::tensor({1.0, -1.0, 0.5, 0.0, 2.0, -0.5}, kReal);
  std::printf("symmetric: %s\n", difference(H, rg::transpose(H, 0, 1)) < 1e-12 ? "yes" : "NO");
  std::printf("hvp is H v: %s\n",
              difference(rg::hvp(loss, w, v).gradient, rg::matmul(H, v)) < 1e-12 ? "yes" : "NO");

  // A gradient penalty makes the network's slope dy/dx have length 1 at every sample. The penalty
  // (|dy/dx| - 1)^2 contains a derivative, so its gradient by w differentiates a backward pass.
  const auto slopes = [&](const Tensor& at) {
    Tensor input = x.clone();
    input.set_requires_grad();
    const Tensor dy_dx =
        rg::grad({rg::sum(network(at, input))}, {input}, {.create_graph = true})[0];
    return rg::sqrt(rg::sum(rg::square(dy_dx), {1}));
  };
  const auto penalty = [&](const Tensor& at) { return rg::mean(rg::square(slopes(at) - 1.0)); };
  w.set_requires_grad();
  const bool right = rg::gradcheck([&](const auto& in) { return penalty(in[0]); }, {w}).passed;
  std::printf("\ngradient of the penalty: gradcheck %s\n", right ? "passes" : "FAILS");
  show("slopes before", slopes(w), 3);
  const auto penalty_and_gradient = rg::value_and_grad(penalty);
  for (int step = 0; step < 500; ++step) {
    w = (w - 0.2 * penalty_and_gradient(w).gradient).detach().set_requires_grad();
  }
  show("slopes after 500 steps", slopes(w), 3);

  // Newton's step w - H^-1 dL/dw goes to the minimum of the parabola that touches L here. The loss
  // of a logistic regression is nearly a parabola: few steps suffice, and each doubles the digits.
  const Tensor points = rg::cat({x, -x, 0.3 * x}, 0);
  const Tensor classes = rg::tensor({1, -1, 1, 1, -1, 1, 1, -1, -1, 1, -1, 1}, kReal);
  const auto logistic = [&](const Tensor& at) {
    return rg::soft_margin_loss(rg::matmul(points, at), classes) + 0.01 * rg::sum(rg::square(at));
  };
  const auto logistic_and_gradient = rg::value_and_grad(logistic);
  std::printf("\n");
  Tensor newton = rg::zeros({2}, kReal);
  for (int step = 0; step < 3; ++step) {
    const Tensor g = logistic_and_gradient(newton).gradient;
    std::printf("Newton step %d: |dL/dw| = %.1e\n", step, rg::norm(g).item<double>());
    newton = newton - newton_direction(logistic, newton, g);
  }
  Tensor descent = rg::zeros({2}, kReal);
  int steps = 0;
  for (; difference(descent, newton) > 1e-6; ++steps) {
    descent = descent - 1.0 * logistic_and_gradient(descent).gradient;
  }
  show("minimum", newton, 4);
  std::printf("gradient descent needs %d steps to be as near as 1e-6\n", steps);
}

/* Output:
Hessian of the network
   0.772 -0.039 -0.226  0.142  0.272 -0.362
  -0.039  0.337  0.142 -0.435  0.570 -0.238
  -0.226  0.142 -0.069 -0.248  0.271  0.467
   0.142 -0.435 -0.248  0.268 -0.369  0.297
   0.272  0.570  0.271 -0.369  0.388  0.157
  -0.362 -0.238  0.467  0.297  0.157  0.591
symmetric: yes
hvp is H v: yes

gradient of the penalty: gradcheck passes
slopes before              0.610 0.230 0.594 0.408
slopes after 500 steps     1.027 1.004 0.984 0.978

Newton step 0: |dL/dw| = 4.2e-02
Newton step 1: |dL/dw| = 3.8e-04
Newton step 2: |dL/dw| = 1.0e-07
minimum                    -0.2697 -0.0285
gradient descent needs 86 steps to be as near as 1e-6
*/
