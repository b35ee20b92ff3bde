// A custom operator and a custom layer on xtensor. The operator's value is an xtensor expression,
//   d[n, k] = sum_i (x[n, i] - c[k, i])^2,
// and its backward is written with the library's operators, so it has derivatives itself:
//   dL/dx = 2 (rows x - G c),   dL/dc = 2 (columns c - G^T x),   G = dL/dd,
// where rows and columns are sums of G. The layer is a radial basis, exp(-d[n, k] / (2 s[k]^2)),
// with centres c and widths s. It learns "exclusive or", which no line through the plane separates.
#include <cstdint>
#include <cstdio>
#include <vector>

#include <retrograd/retrograd.h>
#include <retrograd/xtensor.h>

#include "show.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

// points (N, I), centres (K, I), float64 -> (N, K)
Tensor squared_distances(const Tensor& points, const Tensor& centres, rg::Where where = {}) {
  if (points.dim() != 2 || centres.dim() != 2 || points.size(1) != centres.size(1)) {
    rg::fail<rg::ShapeError>("squared_distances", where, "needs points (N, I), centres (K, I)",
                             {{"points", points}, {"centres", centres}});
  }
  const auto X = xt::expand_dims(rg::as_xtensor<double>(points, where), 1);  // (N, 1, I)
  const auto C = rg::as_xtensor<double>(centres, where);
  const auto now = xt::evaluation_strategy::immediate;
  return rg::record({.op = "squared_distances",
                     .where = where,
                     .output = rg::from_xtensor(xt::sum(xt::square(X - C), {2}, now), where),
                     .inputs = {points, centres},
                     .saved = {points, centres},
                     .backward = [](const rg::Backward& b) -> rg::Gradients {
                       const Tensor x = b.saved(0), c = b.saved(1), G = b.grad;
                       const Tensor rows = rg::sum(G, {1}, true);                 // (N, 1)
                       const Tensor columns = rg::unsqueeze(rg::sum(G, {0}), 1);  // (K, 1)
                       return {2.0 * (rows * x - rg::matmul(G, c)),
                               2.0 * (columns * c - rg::matmul(rg::transpose(G, 0, 1), x))};
                     }});
}

struct RadialBasis : nn::Module {
  RadialBasis(std::int64_t inputs, std::int64_t count)
      : centres(rg::randn({count, inputs}, {.dtype = rg::float64})),
        widths(rg::ones({count}, {.dtype = rg::float64})) {}
  nn::Members members() override { return {{"centres", centres}, {"widths", widths}}; }
  Tensor forward(const Tensor& x) override {
    return rg::exp(squared_distances(x, centres) / (-2.0 * rg::square(widths)));
  }
  Tensor centres, widths;
};

int main() {
  rg::manual_seed(4);
  const rg::TensorOptions leaf{.dtype = rg::float64, .requires_grad = true};
  const std::vector<Tensor> inputs{rg::randn({3, 2}, leaf), rg::randn({4, 2}, leaf)};
  const auto distances = [](const auto& in) { return squared_distances(in[0], in[1]); };
  std::printf("gradcheck     %s\n", rg::gradcheck(distances, inputs) ? "passes" : "FAILS");
  std::printf("gradgradcheck %s\n", rg::gradgradcheck(distances, inputs) ? "passes" : "FAILS");

  const Tensor x =
      rg::tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}, {.dtype = rg::float64});
  const Tensor y = rg::tensor({{0.0}, {1.0}, {1.0}, {0.0}}, {.dtype = rg::float64});
  nn::Sequential model{RadialBasis(2, 4), nn::Linear(4, 1, {.dtype = rg::float64})};
  rg::optim::Adam optimizer(model.parameters(), {.lr = 0.05});
  for (int step = 0; step <= 400; ++step) {
    optimizer.zero_grad();
    const Tensor loss = rg::binary_cross_entropy_with_logits(model(x), y);
    if (step % 100 == 0) {
      std::printf("step %3d  loss %.3f\n", step, loss.item<double>());
    }
    loss.backward();
    optimizer.step();
  }
  show("exclusive or", rg::reshape(rg::sigmoid(model(x)), {4}), 2);
}

/* Output:
gradcheck     passes
gradgradcheck passes
step   0  loss 0.713
step 100  loss 0.028
step 200  loss 0.011
step 300  loss 0.006
step 400  loss 0.004
exclusive or               0.00 1.00 1.00 0.00
*/
