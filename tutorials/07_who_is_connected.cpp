// Who is connected with whom? In a layer z = W x, the weight from x_i to z_j is
//   W[i, j] = d z_j / d x_i,
// the layer's Jacobian: rows for inputs, columns for outputs, as on the slides. So nothing has to
// be drawn: the engine differentiates three layers and the matrices show the connections.
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

constexpr std::int64_t n = 6;

// d layer(x) / d x for n inputs and n outputs, which the layer sees as one channel.
Tensor connections(nn::Module& layer) {
  const auto f = [&](const Tensor& x) {
    return rg::reshape(layer(rg::reshape(x, {1, 1, n})), {n});
  };
  return rg::transpose(rg::jacobian(f, rg::zeros({n})), 0, 1);
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
  // Weights 1, 2, 3, ... so that each can be recognised.
  const auto numbered = [](const Tensor& weight) {
    return rg::reshape(rg::arange(1, weight.numel() + 1, 1, {.dtype = rg::float32}),
                       weight.shape());
  };
  nn::Linear full(n, n, {.bias = false});
  full.weight.copy_(numbered(full.weight));
  report("fully connected, n^2 = 36", connections(full));

  // Of the 3n weights, two stand beyond the ends and meet nothing but padding.
  nn::LocallyConnected1d local(1, 1, n, 3, {.padding = 1, .bias = false});
  local.weight.copy_(numbered(local.weight));
  report("locally connected, 3n - 2 = 16", connections(local));

  nn::Conv1d convolution(1, 1, 3, {.padding = 1, .bias = false});
  convolution.weight.copy_(numbered(convolution.weight));
  report("convolution, 3", connections(convolution));

  // The lecture's image: 200 x 200 pixels and 400,000 hidden units, which see all of it, or a field
  // of 10 x 10. The same units as a convolution are 10 maps of 200 x 200.
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
fully connected, n^2 = 36
   1  7 13 19 25 31
   2  8 14 20 26 32
   3  9 15 21 27 33
   4 10 16 22 28 34
   5 11 17 23 29 35
   6 12 18 24 30 36
different weights: 36

locally connected, 3n - 2 = 16
   2  4  0  0  0  0
   3  5  7  0  0  0
   0  6  8 10  0  0
   0  0  9 11 13  0
   0  0  0 12 14 16
   0  0  0  0 15 17
different weights: 16

convolution, 3
  2 1 0 0 0 0
  3 2 1 0 0 0
  0 3 2 1 0 0
  0 0 3 2 1 0
  0 0 0 3 2 1
  0 0 0 0 3 2
different weights: 3

200 x 200 pixels, 400000 hidden units; weights:
fully connected       16000000000
locally connected        40000000
convolution                  1000
*/
