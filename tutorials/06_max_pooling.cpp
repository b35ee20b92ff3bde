// Shrink pictures by max pooling, which keeps the largest value of each window,
//   out[i, j] = max over k, l of x[i s + k, j s + l],
// for windows of one size that move by the stride s. Max pooling has no weights. It keeps that a
// feature is in the window and drops its exact position, and the picture becomes smaller.
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
  show("size 3, stride 3", rg::max_pool2d(image, 3));  // 2 x 2: the default stride is the size

  // The gradient of a maximum goes only to the element that gave it:
  //   d out / d x = 1 at the largest element of the window, 0 elsewhere.
  // The four outputs get the gradients 1, 2, 3 and 4, which show where each one goes. In a window
  // of equal values, the first element gets the gradient.
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

  // Overlapping windows may have the same largest element, whose gradients are added. A window's
  // output gets its maximum as the gradient, so windows of zeros count 0.
  image.set_requires_grad();
  const Tensor overlapping = rg::max_pool2d(image, 3, {.stride = 1});
  overlapping.backward(overlapping.detach());
  show("\nwindows each one won", image.grad());

  // The lecture's network pools each channel separately: 27 x 27 x 64 becomes 14 x 14 x 64. As 27
  // is odd, the last window reaches over the edge, or padding is added. Both make 14.
  const Tensor features = rg::zeros({64, 27, 27});
  show_shape("\nbefore pooling", features);
  show_shape("size 2, rounded up", rg::max_pool2d(features, 2, {.ceil_mode = true}));
  const Tensor small = rg::max_pool2d(features, 3, {.stride = 2, .padding = 1});
  show_shape("size 3, stride 2, padded", small);
  rg::nn::MaxPool2d layer(3, {.stride = 2, .padding = 1});
  std::printf("%-26s %lld\n", "weights of the layer",
              static_cast<long long>(layer.parameter_count()));

  // Flattening makes one row of 14 x 14 x 64 numbers, for the fully connected layers after it.
  show_shape("flattened", rg::flatten(small));

  // The typical architecture: convolution, ReLU and pooling, repeated. Maps become smaller and
  // more. Fully connected layers at the end make scores of 10 classes. Most weights are there.
  rg::nn::Sequential network{rg::nn::Conv2d(3, 32, 3, {.padding = 1}),
                             rg::nn::ReLU(),
                             rg::nn::MaxPool2d(2),
                             rg::nn::Conv2d(32, 64, 3, {.padding = 1}),
                             rg::nn::ReLU(),
                             rg::nn::MaxPool2d(3, {.stride = 2, .padding = 1}),
                             rg::nn::Flatten(),
                             rg::nn::Linear(14 * 14 * 64, 10)};
  std::printf("\n%s", network.summary({1, 3, 54, 54}).c_str());
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

module   kind                 output           receptive field  parameters  multiply-adds
(model)  Sequential(8)        [1, 10]                                    0              0
0        Conv2d(3, 32, 3x3)   [1, 32, 54, 54]                3         896      2,519,424
1        ReLU()               [1, 32, 54, 54]                3           0              0
2        MaxPool2d(2)         [1, 32, 27, 27]                4           0              0
3        Conv2d(32, 64, 3x3)  [1, 64, 27, 27]                8      18,496     13,436,928
4        ReLU()               [1, 64, 27, 27]                8           0              0
5        MaxPool2d(3)         [1, 64, 14, 14]               12           0              0
6        Flatten(1, -1)       [1, 12544]                                 0              0
7        Linear(12544, 10)    [1, 10]                              125,450        125,440
total                                                              144,842     16,081,792
*/
