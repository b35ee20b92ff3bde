// Compare the second lecture's recursion for a network of sigmoids, by hand, with the tape.
//
//   a(1) = x,  z(l+1) = W(l) a(l) + b(l),  a(l+1) = sigmoid(z(l+1))
//   L = sum_k y_k log a_k + (1 - y_k) log(1 - a_k)       the log-likelihood of the targets
//   delta(L+1) = dL/dz(L+1) = y - a(L+1)                 at the output
//   delta(l) = a(l) (1 - a(l)) (W(l)^T delta(l+1))       and back, layer by layer
//   dL/dW(l) = delta(l+1) a(l)^T,  dL/db(l) = delta(l+1)
//
// Training maximises a likelihood, so it minimises J = -L / m + lambda / 2 sum W^2. J is the mean
// over m samples with a penalty on the weights, not on the biases. Its gradient has a minus:
//   D = -Delta / m + lambda W,  where Delta is the sum of dL/dW over the samples
//   W <- W - lr D
// The sign slip of the lecture's last page is about this minus.
//
// The recursion is one case of reverse-mode differentiation: a program is differentiated line by
// line, from its last line to its first. The tape does this for any program, and J is one.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
using rg::Tensor;
using Tensors = std::vector<Tensor>;  // W(1), b(1), W(2), b(2), or one tensor for each

constexpr double kLambda = 1e-4;

Tensors activations(const Tensors& net, const Tensor& x) {
  Tensors a = {x};
  for (std::size_t i = 0; i < net.size(); i += 2) {
    a.push_back(rg::sigmoid(rg::matmul(net[i], a.back()) + net[i + 1]));
  }
  return a;
}

Tensor log_likelihood(const Tensors& net, const Tensor& x, const Tensor& y) {
  const Tensor a = activations(net, x).back();
  return rg::sum(y * rg::log(a) + (1.0 - y) * rg::log(1.0 - a));
}

// Returns the gradient of L for one sample, by the recursion.
Tensors backpropagate(const Tensors& net, const Tensor& x, const Tensor& y) {
  const Tensors a = activations(net, x);
  Tensors gradient(net.size());
  Tensor delta = y - a.back();
  for (std::size_t l = net.size() / 2; l-- > 0;) {
    gradient[2 * l] = rg::outer(delta, a[l]);
    gradient[2 * l + 1] = delta;
    if (l > 0) {  // the input has no delta
      delta = a[l] * (1.0 - a[l]) * rg::matmul(rg::transpose(net[2 * l], 0, 1), delta);
    }
  }
  return gradient;
}

// Returns D, the gradient of J: accumulated over the samples, averaged, regularised.
Tensors gradient_of_J(const Tensors& net, const Tensors& x, const Tensors& y, double sign = -1) {
  const rg::NoGradGuard by_hand;
  Tensors total(net.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Tensors one = backpropagate(net, x[i], y[i]);
    for (std::size_t p = 0; p < net.size(); ++p) {
      total[p] = i == 0 ? one[p] : total[p] + one[p];
    }
  }
  for (std::size_t p = 0; p < net.size(); ++p) {
    const bool is_weight = p % 2 == 0;
    total[p] =
        sign * total[p] / static_cast<double>(x.size()) + (is_weight ? kLambda : 0.0) * net[p];
  }
  return total;
}

// Computes J as a program, for the tape.
Tensor J(const Tensors& net, const Tensors& x, const Tensors& y) {
  Tensor cost = kLambda / 2 * (rg::sum(rg::square(net[0])) + rg::sum(rg::square(net[2])));
  for (std::size_t i = 0; i < x.size(); ++i) {
    cost = cost - log_likelihood(net, x[i], y[i]) / static_cast<double>(x.size());
  }
  return cost;
}

// Shows that the recursion's deltas are the tape's gradients, found in the order of the recursion.
void show_reverse_mode(const Tensors& net, const Tensor& x, const Tensor& y) {
  const Tensor z2 = rg::matmul(net[0], x) + net[1];  // the program, line by line
  const Tensor a2 = rg::sigmoid(z2);
  const Tensor z3 = rg::matmul(net[2], a2) + net[3];
  const Tensor a3 = rg::sigmoid(z3);
  const Tensor L = rg::sum(y * rg::log(a3) + (1.0 - y) * rg::log(1.0 - a3));

  const Tensor delta3 = y - a3;  // the recursion, from the last line to the first
  const Tensor delta2 = a2 * (1.0 - a2) * rg::matmul(rg::transpose(net[2], 0, 1), delta3);

  std::string order;
  const auto note = [&](const char* name, Tensor at) {
    at.register_hook([&order, name](const Tensor& gradient) {
      order += std::string(" ") + name;
      return gradient;
    });
  };
  note("z(2)", z2);
  note("a(2)", a2);
  note("z(3)", z3);
  note("a(3)", a3);
  const Tensors tape = rg::grad({L}, {z3, z2}, {.retain_graph = true});
  show("\ndelta(3), by hand", delta3, 4);
  show("dL/dz(3), the tape", tape[0], 4);
  show("delta(2), by hand", delta2, 4);
  show("dL/dz(2), the tape", tape[1], 4);
  std::printf("the program computes       z(2) a(2) z(3) a(3) L\n");
  std::printf("the tape differentiates by%s\n", order.c_str());
}

// Returns J after some steps W <- W - lr D, with D = sign Delta / m + lambda W.
double J_after(int steps, double sign, const Tensors& start, const Tensors& x, const Tensors& y) {
  Tensors net;
  for (const Tensor& weight : start) {
    net.push_back(weight.detach().clone());
  }
  for (int step = 0; step < steps; ++step) {
    const Tensors D = gradient_of_J(net, x, y, sign);
    for (std::size_t p = 0; p < net.size(); ++p) {
      net[p] -= 2.0 * D[p];
    }
  }
  return J(net, x, y).item<double>();
}

int main() {
  const rg::TensorOptions weight = {.dtype = rg::float64, .requires_grad = true};
  Tensors net = {rg::tensor({{0.9, -0.4}, {-0.7, 0.8}}, weight), rg::tensor({0.1, -0.2}, weight),
                 rg::tensor({{0.5, -0.6}}, weight), rg::tensor({-0.1}, weight)};
  // "One of the two, but not both": a single layer cannot learn this function.
  const rg::TensorOptions real = {.dtype = rg::float64};
  const Tensors x = rg::unbind(rg::tensor({{0, 0}, {0, 1}, {1, 0}, {1, 1}}, real));
  const Tensors y = rg::unbind(rg::tensor({{0}, {1}, {1}, {0}}, real));

  // One sample: the recursion equals the tape.
  const Tensors by_hand = backpropagate(net, x[3], y[3]);
  const Tensors tape = rg::grad({log_likelihood(net, x[3], y[3])}, net);
  show("dL/dW(1), by hand", by_hand[0], 4);
  show("dL/dW(1), the tape", tape[0], 4);
  show("dL/dW(2), by hand", by_hand[2], 4);
  show("dL/dW(2), the tape", tape[2], 4);

  // Backpropagation is reverse-mode differentiation of one program.
  show_reverse_mode(net, x[3], y[3]);

  // The sign: with a minus J falls; without it, each step makes the likelihood smaller.
  for (const double sign : {-1.0, 1.0}) {
    std::vector<double> costs;
    for (const int steps : {0, 1, 5, 10}) {
      costs.push_back(J_after(steps, sign, net, x, y));
    }
    show(sign < 0 ? "\nJ after 0, 1, 5, 10 steps\nby -Delta / m + lambda W"
                  : "by +Delta / m + lambda W",
         rg::tensor(costs), 3);
  }

  // All samples: the algorithm's gradient and the tape's, at every step of a training. J, with its
  // loop over samples and its penalty, is one program, and one pass back differentiates it.
  std::printf("\n step       J\n");
  double largest = 0;
  for (int step = 0; step <= 2000; ++step) {
    const Tensor cost = J(net, x, y);
    const Tensors hand = gradient_of_J(net, x, y);
    const Tensors gradient = rg::grad({cost}, net);
    const rg::NoGradGuard update;
    for (std::size_t p = 0; p < net.size(); ++p) {
      largest = std::max(largest, difference(hand[p], gradient[p]));
      net[p] -= 2.0 * gradient[p];
    }
    if (step % 500 == 0) {
      std::printf("%5d  %.4f\n", step, cost.item<double>());
    }
  }
  std::printf("the algorithm and one pass back through J: %s\n",
              largest < 1e-12 ? "equal to 1e-12" : "NOT EQUAL");
  for (const Tensor& sample : x) {
    std::printf("%.0f xor %.0f: %.2f\n", sample.at({0}), sample.at({1}),
                activations(net, sample).back().item<double>());
  }
}

/* Output:
dL/dW(1), by hand
  -0.0554 -0.0554
   0.0725  0.0725
dL/dW(1), the tape
  -0.0554 -0.0554
   0.0725  0.0725
dL/dW(2), by hand          -0.3128 -0.2301
dL/dW(2), the tape         -0.3128 -0.2301

delta(3), by hand          -0.4845
dL/dz(3), the tape         -0.4845
delta(2), by hand          -0.0554  0.0725
dL/dz(2), the tape         -0.0554  0.0725
the program computes       z(2) a(2) z(3) a(3) L
the tape differentiates by a(3) z(3) a(2) z(2)

J after 0, 1, 5, 10 steps
by -Delta / m + lambda W   0.698 0.697 0.696 0.695
by +Delta / m + lambda W   0.698 0.700 0.958 5.663

 step       J
    0  0.6980
  500  0.0510
 1000  0.0291
 1500  0.0277
 2000  0.0274
the algorithm and one pass back through J: equal to 1e-12
0 xor 0: 0.01
0 xor 1: 0.99
1 xor 0: 0.99
1 xor 1: 0.01
*/
