// Show which units of a layer are connected. In a layer z = W x, the weight from x_j to z_i is
//   W[i, j] = d z_i / d x_j,
// the layer's Jacobian. Rows are outputs and columns are inputs, as on the second lecture's slides.
// The engine differentiates three layers, and the zeros of their Jacobians are the missing
// connections.
//   fully connected     every pair                 n^2 weights
//   locally connected   neighbours only            3n - 2
//   convolution         neighbours, shared weights 3
// A convolution is therefore a fully connected layer with connections removed and weights shared.
// Trained in both forms, it learns the same.
#include <cstdint>
#include <cstdio>
#include <set>
#include <vector>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

constexpr std::int64_t n = 5;

// Returns d layer(x) / d x for n inputs and n outputs, which the layer sees as one channel.
Tensor connections(nn::Module& layer) {
  const auto f = [&](const Tensor& x) {
    return rg::reshape(layer(rg::reshape(x, {1, 1, n})), {n});
  };
  return rg::jacobian(f, rg::zeros({n}, {.dtype = layer.parameters().front().dtype()}));
}

void report(const char* title, const Tensor& matrix) {
  show(title, matrix);
  const std::vector<double> entries = matrix.to_vector<double>();
  std::set<double> weights(entries.begin(), entries.end());
  weights.erase(0);
  std::printf("different weights: %zu\n\n", weights.size());
}

void show_connections() {
  const rg::NoGradGuard weights_are_set_by_hand;
  // Weights 1, 2, 3, ... make each one recognisable.
  const auto numbered = [](const Tensor& weight) {
    return rg::reshape(rg::arange(1, weight.numel() + 1, 1, {.dtype = rg::float32}),
                       weight.shape());
  };
  nn::Linear full(n, n, {.bias = false});
  full.weight.copy_(numbered(full.weight));
  report("fully connected, n^2 = 25", connections(full));

  // Two of the 3n weights are beyond the ends, and multiply only padding.
  nn::LocallyConnected1d local(1, 1, n, 3, {.padding = 1, .bias = false});
  local.weight.copy_(numbered(local.weight));
  report("locally connected, 3n - 2 = 13", connections(local));

  nn::Conv1d convolution(1, 1, 3, {.padding = 1, .bias = false});
  convolution.weight.copy_(numbered(convolution.weight));
  show("theta", convolution.weight);
  report("convolution, 3", connections(convolution));
}

void count_weights() {
  // Each of n1 inputs is connected with each of n2 units, and these with each of n3 outputs:
  // n1 n2 + n2 n3 weights.
  nn::Sequential three{nn::Linear(784, 100, {.bias = false}), nn::Linear(100, 10, {.bias = false})};
  std::printf("%-26s %lld\n\n", "784, 100 and 10 units",
              static_cast<long long>(three.parameter_count()));

  // The lecture's image has 200 x 200 pixels and 400,000 hidden units, which see the whole image or
  // a field of 10 x 10. As a convolution, the same units are 10 maps of 200 x 200.
  const std::int64_t pixels = 200 * 200;
  const std::int64_t units = 400000;
  const std::int64_t field = 10 * 10;
  nn::Conv2d maps(1, 10, 10, {.padding = rg::same, .bias = false});
  const Tensor hidden = maps(rg::zeros({1, 1, 200, 200}));
  std::printf("200 x 200 pixels, %lld hidden units; weights:\n",
              static_cast<long long>(hidden.numel()));
  const auto print = [](const char* layer, std::int64_t weights) {
    std::printf("%-18s %14lld\n", layer, static_cast<long long>(weights));
  };
  print("fully connected", pixels * units);
  print("locally connected", field * units);
  print("convolution", maps.parameter_count());
}

// Returns the gradient that keeps a full matrix W a convolution. A diagonal of W has the copies of
// one weight, which share the sum of their gradients. Removed connections get 0.
Tensor shared_gradient(const Tensor& gradient) {
  Tensor shared = rg::zeros_like(gradient);
  for (const int k : {-1, 0, 1}) {
    const Tensor copies = rg::diagonal(gradient, k);
    shared = shared + rg::diag_embed(rg::sum(copies) * rg::ones_like(copies), k);
  }
  return shared;
}

void train_both_ways() {
  const rg::TensorOptions real = {.dtype = rg::float64};
  rg::manual_seed(1);
  nn::Conv1d convolution(1, 1, 3, {.padding = 1, .bias = false, .dtype = rg::float64});
  nn::Linear full(n, n, {.bias = false, .dtype = rg::float64});
  {
    const rg::NoGradGuard both_start_with_the_same_weights;
    full.weight.copy_(connections(convolution));
  }
  full.weight.register_hook(shared_gradient);

  // Samples of a convolution with the filter 1 -2 1.
  const Tensor x = rg::randn({20, 1, n}, real);
  const Tensor y = rg::conv1d(x, rg::tensor({{{1, -2, 1}}}, real), {}, {.padding = 1});
  rg::optim::SGD optimizer({convolution.weight, full.weight}, {.lr = 0.05});
  std::printf("\nstep  loss as convolution  as full connection\n");
  for (int step = 0; step <= 60; ++step) {
    const Tensor one = rg::mse_loss(convolution(x), y);
    const Tensor other = rg::mse_loss(full(x), y);
    if (step % 20 == 0) {
      std::printf("%4d  %19.6f  %18.6f\n", step, one.item<double>(), other.item<double>());
    }
    optimizer.zero_grad();
    (one + other).backward();
    optimizer.step();
  }
  show("learned filter", convolution.weight, 3);
  show("learned full connection", full.weight, 3);
  const double apart = difference(connections(convolution), full.weight);
  std::printf("both are %s\n", apart < 1e-12 ? "equal to 1e-12" : "DIFFERENT");
}

int main() {
  show_connections();
  count_weights();
  train_both_ways();
}

/* Output:
fully connected, n^2 = 25
   1  2  3  4  5
   6  7  8  9 10
  11 12 13 14 15
  16 17 18 19 20
  21 22 23 24 25
different weights: 25

locally connected, 3n - 2 = 13
   2  3  0  0  0
   4  5  6  0  0
   0  7  8  9  0
   0  0 10 11 12
   0  0  0 13 14
different weights: 13

theta                       1  2  3
convolution, 3
  2 3 0 0 0
  1 2 3 0 0
  0 1 2 3 0
  0 0 1 2 3
  0 0 0 1 2
different weights: 3

784, 100 and 10 units      79400

200 x 200 pixels, 400000 hidden units; weights:
fully connected       16000000000
locally connected        40000000
convolution                  1000

step  loss as convolution  as full connection
   0             7.625204            7.625204
  20             0.081918            0.081918
  40             0.001136            0.001136
  60             0.000034            0.000034
learned filter              1.003 -1.998  0.995
learned full connection
  -1.998  0.995  0.000  0.000  0.000
   1.003 -1.998  0.995  0.000  0.000
   0.000  1.003 -1.998  0.995  0.000
   0.000  0.000  1.003 -1.998  0.995
   0.000  0.000  0.000  1.003 -1.998
both are equal to 1e-12
*/
