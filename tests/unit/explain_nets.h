// Small programs to explain.
#pragma once

#include <retrograd/retrograd.h>

namespace test {

// The lecture's regression: a convolution of 5 values, relu, 5 weights, a squared error.
struct SlideNet {
  retrograd::DType dtype = retrograd::float64;
  retrograd::Tensor x = retrograd::tensor({1.0, 2.0, -1.0, 3.0, 0.5}, {.dtype = dtype});
  retrograd::Tensor W1 =
      retrograd::tensor({0.5, -0.4, 0.8}, {.dtype = dtype, .requires_grad = true});
  retrograd::Tensor W2 =
      retrograd::tensor({0.3, -0.2, 0.6, 0.1, -0.5}, {.dtype = dtype, .requires_grad = true});
  retrograd::Tensor Z1 =
      retrograd::reshape(retrograd::conv1d(retrograd::reshape(x, {1, 1, 5}),
                                           retrograd::reshape(W1, {1, 1, 3}), {}, {.padding = 1}),
                         {5});
  retrograd::Tensor A1 = retrograd::relu(Z1);
  retrograd::Tensor A2 = retrograd::matmul(A1, W2);
  retrograd::Tensor loss = retrograd::square(A2 - 1.5);

  retrograd::Explanation explain() const {
    return retrograd::explain(loss, W1, {.names = {{"W1", W1}, {"x", x}, {"Z1", Z1}, {"A1", A1}}});
  }
};

// Several paths: a goes through sin and through a square, and straight to a sum.
struct ManyPaths {
  retrograd::Tensor a =
      retrograd::tensor({1.0, 2.0}, {.dtype = retrograd::float64, .requires_grad = true});
  retrograd::Tensor b = retrograd::sin(a);
  retrograd::Tensor c = a * a;
  retrograd::Tensor d = b * c;
  retrograd::Tensor e = d + a;
  retrograd::Tensor loss = retrograd::sum(e * e);

  retrograd::Explanation explain() const {
    return retrograd::explain(
        loss, a, {.names = {{"a", a}, {"b", b}, {"c", c}, {"d", d}, {"e", e}, {"L", loss}}});
  }
};

}  // namespace test
