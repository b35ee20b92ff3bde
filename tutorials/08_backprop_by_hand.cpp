// Compute the lecture's "taste of backpropagation", a regression with one convolution, by hand and
// by the tape.
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
// The engine finds that matrix, with its names, from the recorded program.
//
//   backprop_by_hand [--out DIR]      writes backprop_by_hand.html, the chain as a page
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

#include <retrograd/retrograd.h>

#include "command_line.h"
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
  v.Z1 = rg::conv1d(rg::reshape(x, {1, 5}), rg::reshape(net.W1, {1, 1, 3}), {}, {.padding = 1});
  v.A1 = rg::relu(v.Z1);
  v.A2 = rg::matmul(rg::reshape(v.A1, {5}), net.W2);
  v.loss = rg::square(v.A2 - y);
  return v;
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"out"}, [](const CommandLine& options) {
    const Tensor x = rg::tensor({1.0, 2.0, -1.0, 3.0, 0.5}, kReal);
    const double y = 1.5;
    Net net;
    const Values v = forward(net, x, y);
    show("Z1", v.Z1, 4);
    show("A1", v.A1, 4);
    show("A2", v.A2, 4);
    show("loss", v.loss, 4);

    // Rows of a matrix are elements of the input, and columns are elements of the output, as on the
    // first lecture's slides. Tutorial 07 has the transpose.
    const rg::Explanation chain = rg::explain(
        v.loss, net.W1,
        {.names = {{"W1", net.W1}, {"W2", net.W2}, {"x", x}, {"Z1", v.Z1}, {"A1", v.A1}}});
    std::printf("\n%s", chain.text().c_str());

    // One entry derived. Z2 is linear in W3 with the slope x3, so W3 + 1 changes Z2 by x3.
    //   Z2 = W1 x1 + W2 x2 + W3 x3   and therefore   dZ2/dW3 = x3
    Net raised;
    raised.W1 = raised.W1 + rg::tensor({0.0, 0.0, 1.0}, kReal);
    show("\nx3", x[2], 1);
    show("Z2 with W3 + 1, less Z2", (forward(raised, x, y).Z1 - v.Z1)(0, 1), 1);
    show_title("dZ2/dW3");
    std::printf(" %s\n", chain.steps[0].entry_text(2, 1).c_str());  // row W3, column Z2, from 0

    const std::string path = options.text("out", ".") + "/backprop_by_hand.html";
    if (!(std::ofstream(path) << chain.html()).flush()) {
      throw std::runtime_error("cannot write " + path);
    }

    // The product computed by hand equals the tape's gradient.
    Tensor product = chain.steps[0].matrix();
    for (std::size_t i = 1; i < chain.steps.size(); ++i) {
      product = rg::matmul(product, chain.steps[i].matrix());
    }
    v.loss.backward();
    show("\nby hand", rg::reshape(product, {3}), 4);
    show("the tape", net.W1.grad(), 4);
    const bool equal = difference(rg::reshape(product, {3}), net.W1.grad()) < 1e-12;
    std::printf("%s\n", equal ? "equal to 1e-12" : "NOT EQUAL");

    // Stochastic gradient descent: W <- W - lr dloss/dW until the network returns 1.5.
    rg::optim::SGD optimizer({net.W1, net.W2}, {.lr = 0.005});
    int steps = 0;
    for (; steps < 10000 && forward(net, x, y).loss.item<double>() >= 1e-6; ++steps) {
      optimizer.zero_grad();
      forward(net, x, y).loss.backward();
      optimizer.step();
    }
    const Values trained = forward(net, x, y);
    const bool arrived = trained.loss.item<double>() < 1e-6;
    std::printf("\nafter %d steps the loss is %s\n", steps, arrived ? "below 1e-6" : "STILL LARGE");
    show("A2", trained.A2, 3);
    show("W1", net.W1, 3);
    show("W2", net.W2, 3);

    // In two dimensions, the shifted inputs are the windows of the image, one in each column. This
    // derivative is the matrix that libraries call im2col.
    const Tensor picture = rg::reshape(rg::arange(1, 17, 1, kReal), {1, 4, 4});
    const Tensor W = rg::ones({1, 1, 2, 2}, kWeight);
    const Tensor Z = rg::conv2d(picture, W);
    const rg::Explanation plane = rg::explain(rg::sum(Z), W, {.names = {{"W", W}, {"Z", Z}}});
    const Tensor dZ_dW = plane.steps[0].matrix();
    show("\nan image", picture);
    show("dZ/dW of a filter of 2 x 2", dZ_dW);
    std::printf("%s\n", difference(dZ_dW, rg::unfold(picture, 2)) == 0
                            ? "equal to its im2col matrix"
                            : "NOT EQUAL");
  });
}

/* Output:
Z1                          1.2000 -1.1000  3.8000 -1.3000  1.3000
A1                         1.2000 0.0000 3.8000 0.0000 1.3000
A2                         1.9900
loss                       0.2401

dloss/dW1 = dZ1/dW1 . dA1/dZ1 . dloss/dA1
      3x1 = 3x5 . 5x5 . 5x1

dZ1/dW1  3x5  shifted rows (Hankel)  (reshape, conv1d, reshape at 08_backprop_by_hand.cpp:44)
   0  x1  x2  x3  x4
  x1  x2  x3  x4  x5
  x2  x3  x4  x5   0

dA1/dZ1  5x5  diagonal  (relu at 08_backprop_by_hand.cpp:45)
  1  0  0  0  0
  0  0  0  0  0
  0  0  1  0  0
  0  0  0  0  0
  0  0  0  0  1

dloss/dA1  5x1  dense  (reshape, ..., sub, square at 08_backprop_by_hand.cpp:47)
   0.294
  -0.196
   0.588
   0.098
   -0.49

multiplied out  [-0.294, -0.539, 2.352]
backward()      [-0.294, -0.539, 2.352]
largest difference  ...

x3                         -1.0
Z2 with W3 + 1, less Z2    -1.0
dZ2/dW3                    x3

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
