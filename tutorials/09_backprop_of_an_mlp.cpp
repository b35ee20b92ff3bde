// The second lecture's recursion for a network of sigmoids, written out by hand beside the tape.
//
//   a(1) = x,  z(l+1) = W(l) a(l) + b(l),  a(l+1) = sigmoid(z(l+1))
//   L = sum_k y_k log a_k + (1 - y_k) log(1 - a_k)       the log-likelihood of the targets
//   delta(L+1) = dL/dz(L+1) = y - a(L+1)                 at the output
//   delta(l) = a(l) (1 - a(l)) (W(l)^T delta(l+1))       and back, layer by layer
//   dL/dW(l) = delta(l+1) a(l)^T,  dL/db(l) = delta(l+1)
//
// A likelihood is to be maximised. Training minimises J = -L/m + lambda/2 sum W^2, the mean over m
// samples with a penalty on the weights, not on the biases: all signs above turn around.
#include <cstdio>
#include <vector>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

constexpr double kLambda = 1e-4;

struct Layer {
  Tensor W, b;
};
using Network = std::vector<Layer>;

std::vector<Tensor> activations(const Network& net, const Tensor& x) {
  std::vector<Tensor> a = {x};
  for (const Layer& layer : net) {
    a.push_back(rg::sigmoid(rg::matmul(layer.W, a.back()) + layer.b));
  }
  return a;
}

Tensor log_likelihood(const Tensor& a, const Tensor& y) {
  return rg::sum(y * rg::log(a) + (1.0 - y) * rg::log(1.0 - a));
}

// The gradient of L for one sample, by the recursion.
Network backpropagate(const Network& net, const Tensor& x, const Tensor& y) {
  const rg::NoGradGuard by_hand;
  const std::vector<Tensor> a = activations(net, x);
  Network gradient(net.size());
  Tensor delta = y - a.back();
  for (std::size_t l = net.size(); l-- > 0;) {
    gradient[l] = {rg::outer(delta, a[l]), delta};
    delta = a[l] * (1.0 - a[l]) * rg::matmul(rg::transpose(net[l].W, 0, 1), delta);
  }
  return gradient;
}

// The gradient of J: accumulated over the samples, averaged, regularised.
Network gradient_of_J(const Network& net, const Tensor& x, const Tensor& y) {
  const rg::NoGradGuard by_hand;
  const auto m = static_cast<double>(x.size(0));
  Network total;
  for (const Layer& layer : net) {
    total.push_back({rg::zeros_like(layer.W), rg::zeros_like(layer.b)});
  }
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const Network one = backpropagate(net, rg::select(x, 0, i), rg::select(y, 0, i));
    for (std::size_t l = 0; l < net.size(); ++l) {
      total[l].W += one[l].W;
      total[l].b += one[l].b;
    }
  }
  for (std::size_t l = 0; l < net.size(); ++l) {
    total[l].W = -total[l].W / m + kLambda * net[l].W;
    total[l].b = -total[l].b / m;
  }
  return total;
}

// J as a program, for the tape.
Tensor J(const Network& net, const Tensor& x, const Tensor& y) {
  Tensor cost = rg::zeros({}, {.dtype = rg::float64});
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const Tensor a = activations(net, rg::select(x, 0, i)).back();
    cost = cost - log_likelihood(a, rg::select(y, 0, i)) / static_cast<double>(x.size(0));
  }
  for (const Layer& layer : net) {
    cost = cost + kLambda / 2 * rg::sum(rg::square(layer.W));
  }
  return cost;
}

}  // namespace

int main() {
  const rg::TensorOptions weight = {.dtype = rg::float64, .requires_grad = true};
  Network net = {{rg::tensor({{0.9, -0.4}, {-0.7, 0.8}, {0.3, 0.6}}, weight),
                  rg::tensor({0.1, -0.2, 0.3}, weight)},
                 {rg::tensor({{0.5, -0.6, 0.7}}, weight), rg::tensor({-0.1}, weight)}};
  // "One of the two, but not both": no single layer can tell.
  const Tensor x =
      rg::tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}, {.dtype = rg::float64});
  const Tensor y = rg::tensor({{0.0}, {1.0}, {1.0}, {0.0}}, {.dtype = rg::float64});

  // One sample: the recursion's dL/dW is what the tape gives for L.
  const Tensor x1 = rg::select(x, 0, 1);
  const Tensor y1 = rg::select(y, 0, 1);
  const Network by_hand = backpropagate(net, x1, y1);
  const Tensor L = log_likelihood(activations(net, x1).back(), y1);
  const std::vector<Tensor> tape = rg::grad({L}, {net[0].W, net[1].W});
  show("log-likelihood L", L, 4);
  show("dL/dW(1), by hand", by_hand[0].W, 4);
  show("dL/dW(1), the tape", tape[0], 4);
  show("dL/dW(2), by hand", by_hand[1].W, 4);
  show("dL/dW(2), the tape", tape[1], 4);

  // All samples: both ways at every step of a training.
  std::printf("\n step       J\n");
  double largest = 0;
  for (int step = 0; step <= 2000; ++step) {
    const Tensor cost = J(net, x, y);
    cost.backward();
    const Network hand = gradient_of_J(net, x, y);
    const rg::NoGradGuard update;
    for (std::size_t l = 0; l < net.size(); ++l) {
      largest = std::max({largest, difference(hand[l].W, net[l].W.grad()),
                          difference(hand[l].b, net[l].b.grad())});
      for (Tensor* parameter : {&net[l].W, &net[l].b}) {
        *parameter -= 2.0 * parameter->grad();
        parameter->zero_grad();
      }
    }
    if (step % 500 == 0) {
      std::printf("%5d  %.4f\n", step, cost.item<double>());
    }
  }
  std::printf("by hand and by the tape, at every step: %s\n",
              largest < 1e-12 ? "equal to 1e-12" : "NOT EQUAL");
  for (std::int64_t i = 0; i < 4; ++i) {
    const Tensor sample = rg::select(x, 0, i);
    std::printf("%.0f xor %.0f: %.2f\n", sample.at({0}), sample.at({1}),
                activations(net, sample).back().item<double>());
  }
}

/* Output:
log-likelihood L           -0.5878
dL/dW(1), by hand
   0.0000  0.0543
   0.0000 -0.0610
   0.0000  0.0639
dL/dW(1), the tape
   0.0000  0.0543
   0.0000 -0.0610
   0.0000  0.0639
dL/dW(2), by hand          0.1891 0.2870 0.3160
dL/dW(2), the tape         0.1891 0.2870 0.3160

 step       J
    0  0.7141
  500  0.0416
 1000  0.0339
 1500  0.0324
 2000  0.0316
by hand and by the tape, at every step: equal to 1e-12
0 xor 0: 0.00
0 xor 1: 0.99
1 xor 0: 0.99
1 xor 1: 0.01
*/
