// Show which units of a layer are connected. In a layer z = W x, the weight from x_j to z_i is
//   W[i, j] = d z_i / d x_j,
// the layer's Jacobian. Rows are outputs and columns are inputs, as on the second lecture's slides.
// The engine differentiates three layers, and the zeros of their Jacobians are the missing
// connections.
//   fully connected     every pair                 n^2 weights
//   locally connected   neighbours only            3n - 2
//   convolution         neighbours, shared weights 3
#include <cstdint>
#include <cstdio>
#include <set>

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
  return rg::jacobian(f, rg::zeros({n}));
}

void report(const char* title, const Tensor& matrix) {
  show(title, matrix);
  const std::vector<double> entries = matrix.to_vector<double>();
  std::set<double> weights(entries.begin(), entries.end());
  weights.erase(0);
  std::printf("different weights: %zu\n\n", weights.size());
}

int main() {
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

200 x 200 pixels, 400000 hidden units; weights:
fully connected       16000000000
locally connected        40000000
convolution                  1000
*/
