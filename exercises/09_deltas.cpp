// Write the second lecture's backpropagation of a multilayer perceptron, with deltas:
//   forward     z(l+1) = W(l) a(l) + b(l), a(l+1) = sigmoid(z(l+1))
//   output      delta(L+1) = y - a(L+1)
//   layer       delta(l) = a(l) (1 - a(l)) W(l)^T delta(l+1)
//   gradients   dL/dW(l) = delta(l+1) a(l)^T, dL/db(l) = delta(l+1)
// L is the log-likelihood, sum y log a + (1 - y) log(1 - a).
//
// You need: rg::matmul(W, v), rg::transpose(W, 0, 1), rg::outer(u, v).
#include <cstddef>
#include <string>
#include <vector>

#include "marking.h"

namespace rg = retrograd;
using rg::Tensor;

struct Layer {
  Tensor W, b;
};

// Returns dL/dW and dL/db of each layer. a[0] is x, and a[l + 1] is the output of layer l.
std::vector<Layer> backpropagate(const std::vector<Layer>& net, const std::vector<Tensor>& a,
                                 const Tensor& y) {
  std::vector<Layer> gradients(net.size());
  // --- Your lines: the delta at the output. ---
  Tensor delta = 0.0 * y;
  // --- to here ---
  for (std::size_t l = net.size(); l-- > 0;) {
    // --- Your lines: dL/dW(l) and dL/db(l). ---
    gradients[l] = {0.0 * net[l].W, 0.0 * delta};
    // --- to here ---
    // --- Your lines: the delta of the layer below. ---
    delta = 0.0 * a[l];
    // --- to here ---
  }
  return gradients;
}

int main() {
  constexpr rg::TensorOptions real = {.dtype = rg::float64};
  const auto weight = [](const Tensor& values) {
    return values.to(rg::float64).set_requires_grad();
  };
  rg::manual_seed(1);
  std::vector<Layer> net;
  for (const auto& [in, out] : {std::pair{4, 3}, std::pair{3, 3}, std::pair{3, 2}}) {
    net.push_back({weight(rg::randn({out, in})), weight(rg::randn({out}))});
  }
  const Tensor y = rg::tensor({1, 0}, real);
  std::vector<Tensor> a = {rg::tensor({0.5, -1.0, 2.0, 0.3}, real)};
  for (const Layer& layer : net) {
    a.push_back(rg::sigmoid(rg::matmul(layer.W, a.back()) + layer.b));
  }
  const Tensor L = rg::sum(y * rg::log(a.back()) + (1.0 - y) * rg::log(1.0 - a.back()));
  L.backward();

  std::vector<Tensor> values;
  for (const Tensor& each : a) {
    values.push_back(each.detach());
  }
  const std::vector<Layer> yours = backpropagate(net, values, y);
  const auto expect_layer = [&](std::size_t l, const char* hint) {
    const std::string at = "(" + std::to_string(l) + ")";
    expect_equal("dL/db" + at, yours[l].b, net[l].b.grad(), hint);
    expect_equal("dL/dW" + at, yours[l].W, net[l].W.grad(), hint);
  };
  return mark({
      {"the last layer: delta at the output, and outer products",
       [&] { expect_layer(2, "delta is y - a.back(); dL/dW(2) is outer(delta, a[2])."); }},
      {"the layer below",
       [&] {
         expect_layer(1, "delta(l) takes W(l)^T times delta(l+1), and a(l) (1 - a(l)) of layer l.");
       }},
      {"the first layer", [&] { expect_layer(0, "the loop repeats what was right before."); }},
  });
}
