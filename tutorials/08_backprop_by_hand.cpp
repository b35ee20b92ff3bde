// The lecture's "taste of backpropagation": a regression with one convolution, by hand and by the
// tape.
//
//   Z1 = conv(x, W1)      x has 5 values, W1 is a filter of 3, one zero of padding on each side
//   A1 = relu(Z1)
//   A2 = A1 . W2          W2 has 5 weights
//   loss = (A2 - y)^2
//
// The slide's result is that dZ1/dW1 is a matrix of shifted inputs,
//   x0 x1 x2 x3 x4
//   x1 x2 x3 x4 x5        with x0 = x6 = 0, the padding.
//   x2 x3 x4 x5 x6
// Nothing below writes that matrix down: the engine computes it.
#include <cstdio>
#include <vector>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

constexpr rg::TensorOptions kReal = {.dtype = rg::float64};
constexpr rg::TensorOptions kWeight = {.dtype = rg::float64, .requires_grad = true};

struct Net {
  Tensor W1 = rg::tensor({0.5, -0.4, 0.8}, kWeight);
  Tensor W2 = rg::tensor({0.3, -0.2, 0.6, 0.1, -0.5}, kWeight);
};

struct Values {
  Tensor Z1, A1, A2, loss;
};

Values forward(const Net& net, const Tensor& x, double y) {
  Values v;
  const Tensor image = rg::reshape(x, {1, 5});
  const Tensor filter = rg::reshape(net.W1, {1, 1, 3});
  v.Z1 = rg::reshape(rg::conv1d(image, filter, {}, {.padding = 1}), {5});
  v.A1 = rg::relu(v.Z1);
  v.A2 = rg::matmul(v.A1, net.W2);
  v.loss = rg::square(v.A2 - y);
  return v;
}

// d(out)/d(in) as the slides write it: a row for each input element, a column for each output
// element. Each column is one backward pass.
Tensor jacobian(const Tensor& out, const Tensor& in) {
  std::vector<Tensor> columns;
  for (const Tensor& element : rg::unbind(rg::reshape(out, {-1}))) {
    const Tensor column = rg::grad({element}, {in}, {.retain_graph = true})[0];
    columns.push_back(rg::reshape(column, {-1}));
  }
  return rg::stack(columns, 1);
}

int main() {
  const Tensor x = rg::tensor({1.0, 2.0, -1.0, 3.0, 0.5}, kReal);
  const double y = 1.5;
  Net net;
  const Values v = forward(net, x, y);
  show("Z1", v.Z1, 4);
  show("A1", v.A1, 4);
  show("A2", v.A2, 4);
  show("loss", v.loss, 4);

  const Tensor dZ1_dW1 = jacobian(v.Z1, net.W1);      // 3x5
  const Tensor dA1_dZ1 = jacobian(v.A1, v.Z1);        // 5x5
  const Tensor dloss_dA1 = jacobian(v.loss, v.A1);    // 5x1
  show("\ndZ1/dW1, the shifted inputs", dZ1_dW1, 1);  // rows for the 3 weights
  show("dA1/dZ1, where Z1 is above 0", dA1_dZ1);
  show("dloss/dA1", dloss_dA1, 4);

  const Tensor chain = rg::matmul(rg::matmul(dZ1_dW1, dA1_dZ1), dloss_dA1);  // 3x1
  v.loss.backward();
  std::printf("\ndloss/dW1: 3x1 = 3x5 . 5x5 . 5x1\n");
  show("by hand", rg::reshape(chain, {3}), 4);
  show("the tape", net.W1.grad(), 4);
  const bool equal = difference(rg::reshape(chain, {3}), net.W1.grad()) < 1e-12;
  std::printf("%s\n", equal ? "equal to 1e-12" : "NOT EQUAL");

  // Stochastic gradient descent: W <- W - lr dloss/dW until the network says 1.5.
  rg::optim::SGD optimizer({net.W1, net.W2}, {.lr = 0.005});
  int steps = 0;
  for (; steps < 10000; ++steps) {
    optimizer.zero_grad();
    const Tensor loss = forward(net, x, y).loss;
    if (loss.item<double>() < 1e-6) {
      break;
    }
    loss.backward();
    optimizer.step();
  }
  const Values trained = forward(net, x, y);
  std::printf("\nafter %d steps the loss is %s\n", steps,
              trained.loss.item<double>() < 1e-6 ? "below 1e-6" : "STILL LARGE");
  show("A2", trained.A2, 3);
  show("W1", net.W1, 3);
  show("W2", net.W2, 3);

  // In two dimensions the shifted inputs are the windows of the image, one in each column: the
  // matrix that libraries call im2col, here as a derivative.
  const Tensor picture = rg::reshape(rg::arange(1, 17, 1, kReal), {1, 4, 4});
  const Tensor W = rg::ones({1, 1, 2, 2}, kWeight);
  const Tensor dZ_dW = jacobian(rg::conv2d(picture, W), W);
  show("\nan image", picture);
  show("dZ/dW of a filter of 2 x 2", dZ_dW);
  std::printf("%s\n", difference(dZ_dW, rg::unfold(picture, 2)) == 0 ? "equal to its im2col matrix"
                                                                     : "NOT EQUAL");
  return equal ? 0 : 1;
}

/* Output:
Z1                          1.2000 -1.1000  3.8000 -1.3000  1.3000
A1                         1.2000 0.0000 3.8000 0.0000 1.3000
A2                         1.9900
loss                       0.2401

dZ1/dW1, the shifted inputs
   0.0  1.0  2.0 -1.0  3.0
   1.0  2.0 -1.0  3.0  0.5
   2.0 -1.0  3.0  0.5  0.0
dA1/dZ1, where Z1 is above 0
  1 0 0 0 0
  0 0 0 0 0
  0 0 1 0 0
  0 0 0 0 0
  0 0 0 0 1
dloss/dA1
   0.2940
  -0.1960
   0.5880
   0.0980
  -0.4900

dloss/dW1: 3x1 = 3x5 . 5x5 . 5x1
by hand                    -0.2940 -0.5390  2.3520
the tape                   -0.2940 -0.5390  2.3520
equal to 1e-12

after 26 steps the loss is below 1e-6
A2                         1.501
W1                          0.509 -0.388  0.751
W2                          0.275 -0.200  0.519  0.100 -0.528

an image
   1  2  3  4
   5  6  7  8
   9 10 11 12
  13 14 15 16
dZ/dW of a filter of 2 x 2
   1  2  3  5  6  7  9 10 11
   2  3  4  6  7  8 10 11 12
   5  6  7  9 10 11 13 14 15
   6  7  8 10 11 12 14 15 16
equal to its im2col matrix
*/
