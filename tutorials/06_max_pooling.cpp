// Max pooling keeps the largest value of each window,
//   out[i, j] = max over k, l of x[i s + k, j s + l],
// with windows of some size that move in strides s. It has no weights. Found somewhere in the
// window is found: the exact place no longer matters, and the picture becomes smaller.
#include <cstdio>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

int main() {
  const rg::TensorOptions real = {.dtype = rg::float32};
  Tensor image = rg::tensor({{{0, 0, 0, 0, 0, 0},
                              {0, 0, 0, 0, 1, 0},
                              {0, 0, 0, 0, 0, 0},
                              {0, 1, 0, 0, 0, 0},
                              {0, 0, 0, 0, 0, 0},
                              {0, 0, 0, 0, 0, 0}}},
                            real);
  show("image, two ones", image);
  show("size 3, stride 1", rg::max_pool2d(image, 3, {.stride = 1}));  // 4 x 4
  show("size 3, stride 3", rg::max_pool2d(image, 3));  // 2 x 2: stride 3 unless said otherwise

  // The gradient of a maximum goes to where the maximum came from, and nowhere else:
  //   d out / d x = 1 at the winner of the window, 0 elsewhere.
  // Seeds 1 to 4 show which output each gradient belongs to. A window of equal values has a winner
  // too, the first one.
  const Tensor values = rg::tensor({{{1, 5, 2, 0, 3, 0},
                                     {0, 2, 1, 9, 1, 4},
                                     {3, 1, 0, 2, 2, 6},
                                     {7, 0, 1, 4, 4, 4},
                                     {2, 2, 3, 4, 4, 4},
                                     {0, 8, 1, 4, 4, 4}}},
                                   {.dtype = rg::float32, .requires_grad = true});
  const Tensor pooled = rg::max_pool2d(values, 3);
  show("\nvalues", values);
  show("pooled", pooled);
  pooled.backward(rg::tensor({{{1, 2}, {3, 4}}}, real));
  show("where 1 2 / 3 4 go", values.grad());

  // Windows that overlap may share a winner: their gradients add up.
  image.set_requires_grad();
  const Tensor overlapping = rg::max_pool2d(image, 3, {.stride = 1});
  rg::sum(overlapping * overlapping.detach()).backward();  // windows that saw a one count 1
  show("\nwindows each one won", image.grad());

  // The lecture's network: 27 x 27 x 64 becomes 14 x 14 x 64, each channel pooled by itself. 27 is
  // odd: the last window reaches over the edge, or there is padding; both make 14.
  const Tensor features = rg::zeros({64, 27, 27});
  show_shape("\nbefore pooling", features);
  show_shape("size 2, rounded up", rg::max_pool2d(features, 2, {.ceil_mode = true}));
  const Tensor small = rg::max_pool2d(features, 3, {.stride = 2, .padding = 1});
  show_shape("size 3, stride 2, padded", small);
  rg::nn::MaxPool2d layer(3, {.stride = 2, .padding = 1});
  std::printf("%-26s %lld\n", "weights of the layer",
              static_cast<long long>(layer.parameter_count()));

  // Flattening: 14 x 14 x 64 numbers in a row, for the fully connected layers that follow.
  show_shape("flattened", rg::flatten(small));
}

/* Output:
image, two ones
  0 0 0 0 0 0
  0 0 0 0 1 0
  0 0 0 0 0 0
  0 1 0 0 0 0
  0 0 0 0 0 0
  0 0 0 0 0 0
size 3, stride 1
  0 0 1 1
  1 1 1 1
  1 1 0 0
  1 1 0 0
size 3, stride 3
  0 1
  1 0

values
  1 5 2 0 3 0
  0 2 1 9 1 4
  3 1 0 2 2 6
  7 0 1 4 4 4
  2 2 3 4 4 4
  0 8 1 4 4 4
pooled
  5 9
  8 4
where 1 2 / 3 4 go
  0 1 0 0 0 0
  0 0 0 2 0 0
  0 0 0 0 0 0
  0 0 0 4 0 0
  0 0 0 0 0 0
  0 3 0 0 0 0

windows each one won
  0 0 0 0 0 0
  0 0 0 0 4 0
  0 0 0 0 0 0
  0 6 0 0 0 0
  0 0 0 0 0 0
  0 0 0 0 0 0

before pooling             [64, 27, 27]
size 2, rounded up         [64, 14, 14]
size 3, stride 2, padded   [64, 14, 14]
weights of the layer       0
flattened                  [12544]
*/
