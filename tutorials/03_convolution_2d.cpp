// Convolve in two dimensions,
//   z[i, j] = b + sum_{k, l} w[k, l] x[i + k, j + l].
// The 5 x 5 image reads "Hi". The filter, -1 with a 1 in the middle, finds a single bright pixel
// among dark ones: the dot on the i.
#include <cstdio>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

int main() {
  const rg::TensorOptions real = {.dtype = rg::float32};
  const Tensor image = rg::tensor({{{1, 0, 1, 0, 0},  // 1 channel x 5 rows x 5 columns
                                    {1, 0, 1, 0, 1},
                                    {1, 1, 1, 0, 0},
                                    {1, 0, 1, 0, 1},
                                    {1, 0, 1, 0, 1}}},
                                  real);
  const Tensor filter = rg::tensor({{{{-1, -1, -1}, {-1, 1, -1}, {-1, -1, -1}}}}, real);
  show("image", image);

  // Without padding, the filter must fit on the image: 5 - 3 + 1 = 3 positions each way. The dot is
  // at the edge, and is not found.
  show("\nvalid", rg::conv2d(image, filter));

  // The first of them, -7, is the sum of nine products.
  const Tensor window = rg::narrow(rg::narrow(image, 1, 0, 3), 2, 0, 3);  // rows 0-2, columns 0-2
  const Tensor products = rg::reshape(window * filter, {3, 3});
  show("nine products", products);
  show("their sum", rg::sum(products));

  // A stride of 2 moves the filter by 2 pixels, to every second position each way.
  show("\nstride 2", rg::conv2d(image, filter, {}, {.stride = 2}));

  // A frame of zeros lets the filter reach every pixel: 5 x 5 in, 5 x 5 out.
  const Tensor padded = rg::conv2d(image, filter, {}, {.padding = 1});
  show("\npadded", padded);
  show_shape("shape", padded);
  show("after ReLU", rg::relu(padded));  // only the dot

  // With a bias of 2, a bright pixel may have two bright neighbours: weaker matches pass the ReLU.
  // So does a dark pixel with one bright neighbour, in the upper right corner.
  const Tensor bias = rg::tensor({2}, real);
  show("\nwith bias 2", rg::conv2d(image, filter, bias, {.padding = 1}));
  show("after ReLU", rg::relu(rg::conv2d(image, filter, bias, {.padding = 1})));

  // A filter of size m needs m - 1 zeros each way to keep the size of the image. For 2 x 2, that is
  // 1: a frame is too much. One column on the right and one row below are right. The filter answers
  // to dark pixels with bright ones on their right.
  const Tensor small = rg::tensor({{{{-1, 1}, {-1, 1}}}}, real);
  show_shape("\n2 x 2, no padding", rg::conv2d(image, small));
  show_shape("2 x 2, a frame of zeros", rg::conv2d(image, small, {}, {.padding = 1}));
  const Tensor kept = rg::conv2d(image, small, {}, {.padding = rg::same});
  show_shape("2 x 2, zeros at two sides", kept);
  show("left edges", kept);
  const Tensor extended = rg::pad(image, {0, 1, 0, 1});  // zeros left, right, above, below
  const Tensor by_hand = rg::conv2d(extended, small);
  std::printf("zeros on the right and below: %s\n",
              difference(kept, by_hand) == 0 ? "equal" : "NOT EQUAL");

  // The second lecture's I * K.
  const Tensor I = rg::tensor(
      {{{1, 1, 1, 0, 0}, {0, 1, 1, 1, 0}, {0, 0, 1, 1, 1}, {0, 0, 1, 1, 0}, {0, 1, 1, 0, 0}}},
      real);
  const Tensor K = rg::tensor({{{{1, 0, 1}, {0, 1, 0}, {1, 0, 1}}}}, real);
  show("\nI * K", rg::conv2d(I, K));

  // A convolution is a product of matrices: each window of I is a column, the filter is a row.
  // Libraries compute it in this form, and tutorial 08 has the matrix as a derivative.
  const Tensor windows = rg::unfold(I, 3);  // 9 x 9: pixels of a window x windows
  show("\nwindows as columns", windows);
  show("filter . windows", rg::matmul(rg::reshape(K, {1, 9}), windows));
}

/* Output:
image
  1 0 1 0 0
  1 0 1 0 1
  1 1 1 0 0
  1 0 1 0 1
  1 0 1 0 1

valid
  -7 -2 -4
  -5 -2 -5
  -7 -2 -5
nine products
  -1  0 -1
  -1  0 -1
  -1 -1 -1
their sum                  -7

stride 2
  -7 -4
  -7 -5

padded
   0 -4  0 -3 -1
  -2 -7 -2 -4  1
  -2 -5 -2 -5 -2
  -2 -7 -2 -5  0
   0 -4  0 -4  0
shape                      [1, 5, 5]
after ReLU
  0 0 0 0 0
  0 0 0 0 1
  0 0 0 0 0
  0 0 0 0 0
  0 0 0 0 0

with bias 2
   2 -2  2 -1  1
   0 -5  0 -2  3
   0 -3  0 -3  0
   0 -5  0 -3  2
   2 -2  2 -2  2
after ReLU
  2 0 2 0 1
  0 0 0 0 3
  0 0 0 0 0
  0 0 0 0 2
  2 0 2 0 2

2 x 2, no padding          [1, 4, 4]
2 x 2, a frame of zeros    [1, 6, 6]
2 x 2, zeros at two sides  [1, 5, 5]
left edges
  -2  2 -2  1 -1
  -1  1 -2  1 -1
  -1  1 -2  1 -1
  -2  2 -2  2 -2
  -1  1 -1  1 -1
zeros on the right and below: equal

I * K
  4 3 4
  2 4 3
  2 3 4

windows as columns
  1 1 1 0 1 1 0 0 1
  1 1 0 1 1 1 0 1 1
  1 0 0 1 1 0 1 1 1
  0 1 1 0 0 1 0 0 1
  1 1 1 0 1 1 0 1 1
  1 1 0 1 1 1 1 1 0
  0 0 1 0 0 1 0 1 1
  0 1 1 0 1 1 1 1 0
  1 1 1 1 1 0 1 0 0
filter . windows            4  3  4  2  4  3  2  3  4
*/
