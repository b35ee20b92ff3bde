// Convolve in one dimension. A filter slides along a row of pixels. At each position, the products
// of its weights and the pixels below them are added,
//   z[i] = b + sum_k w[k] x[i + k].
// The filter -1 1 -1 answers "is this pixel bright and are its neighbours dark?".
#include <cstdio>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

int main() {
  const rg::TensorOptions real = {.dtype = rg::float32};
  // Convolutions take channels x length, and have one filter for each output channel.
  const Tensor image = rg::tensor({{0, 0, 1, 1, 1, 0, 1, 0, 0, 0}}, real);  // 1 x 10
  const Tensor filter = rg::tensor({{{-1, 1, -1}}}, real);                  // 1 made of 1, 3 wide
  show("image", image);
  show("filter", filter);

  const Tensor z = rg::conv1d(image, filter);
  show("\nconvolution", z);         // 3 fit into 10 at 8 positions
  show("after ReLU", rg::relu(z));  // only the single bright pixel is found

  // A bias shifts the threshold of the ReLU.
  const Tensor bias = rg::tensor({1}, real);
  show("\nwith bias +1", rg::conv1d(image, filter, bias));
  show("after ReLU", rg::relu(rg::conv1d(image, filter, bias)));

  // One zero at both ends keeps the length: 10 in, 10 out.
  const Tensor padded = rg::conv1d(image, filter, {}, {.padding = 1});
  show("\npadded", padded);
  show("after ReLU", rg::relu(padded));
  std::printf("%-26s %lld in, %lld out\n", "length", static_cast<long long>(image.size(1)),
              static_cast<long long>(padded.size(1)));

  // One filter and one bias serve all positions. A full connection of 10 pixels with 10 outputs
  // takes 10 x 10 weights and 10 biases.
  rg::nn::Conv1d convolution(1, 1, 3, {.padding = 1});
  rg::nn::Linear connected(10, 10);
  std::printf("\nweights of the convolution:      %4lld\n",
              static_cast<long long>(convolution.parameter_count()));
  std::printf("weights of a full connection:    %4lld\n",
              static_cast<long long>(connected.parameter_count()));

  // The second lecture's example.
  const Tensor second = rg::tensor({{1, 1, 1, 0, 0}}, real);
  show("\n1 1 1 0 0 with 1 0 1", rg::conv1d(second, rg::tensor({{{1, 0, 1}}}, real)));

  // The mathematical name of this is cross-correlation. Mathematical convolution reads the filter
  // backwards, which flips it:
  //   (x * w)[i] = sum_k w[k] x[i - k].
  // For a symmetric filter both are equal, for this one not. A network learns either form equally.
  const Tensor uneven = rg::tensor({{{1, 2, 3}}}, real);
  const Tensor spike = rg::tensor({{0, 0, 0, 1, 0, 0, 0}}, real);
  show("\na spike", spike);
  show("correlated with 1 2 3", rg::conv1d(spike, uneven, {}, {.padding = 1}));
  show("convolved with 1 2 3", rg::conv1d(spike, rg::flip(uneven, {2}), {}, {.padding = 1}));
}

/* Output:
image                       0  0  1  1  1  0  1  0  0  0
filter                     -1  1 -1

convolution                -1  0 -1  0 -2  1 -1  0
after ReLU                  0  0  0  0  0  1  0  0

with bias +1                0  1  0  1 -1  2  0  1
after ReLU                  0  1  0  1  0  2  0  1

padded                      0 -1  0 -1  0 -2  1 -1  0  0
after ReLU                  0  0  0  0  0  0  1  0  0  0
length                     10 in, 10 out

weights of the convolution:         4
weights of a full connection:     110

1 1 1 0 0 with 1 0 1        2  1  1

a spike                     0  0  0  1  0  0  0
correlated with 1 2 3       0  0  3  2  1  0  0
convolved with 1 2 3        0  0  1  2  3  0  0
*/
