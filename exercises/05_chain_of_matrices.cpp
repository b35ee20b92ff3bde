// Write the chain rule of the lecture's "taste of backpropagation" as three matrices:
//   dloss/dW1 = dZ1/dW1 . dA1/dZ1 . dloss/dA1          3x1 = 3x5 . 5x5 . 5x1
// where Z1 = conv(x, W1) with one zero of padding, A1 = relu(Z1), loss = (A1 . W2 - y)^2.
// Rows are elements of the input, and columns are elements of the output, as on the slide.
//
// You need: x(Slice{a, b}), rg::stack({rows...}), rg::eye(5, 5, kReal), rg::where, reshape.
#include <cstdint>
#include <vector>

#include "marking.h"

namespace rg = retrograd;
using rg::Slice;
using rg::Tensor;

constexpr rg::TensorOptions kReal = {.dtype = rg::float64};

// (3, 5): row k is the padded x, moved by k.
Tensor dZ1_dW1(const Tensor& x) {
  const Tensor padded = rg::pad(x, {1, 1});  // 0 x1 x2 x3 x4 x5 0
  std::vector<Tensor> rows;
  for (std::int64_t k = 0; k < 3; ++k) {
    // --- Your lines: the five elements of `padded` that w_k meets. ---
    rows.push_back(0.0 * x);
    // --- to here ---
  }
  return rg::stack(rows);
}

// (5, 5): 1 on the diagonal where z > 0, and 0 elsewhere.
Tensor dA1_dZ1(const Tensor& Z1) {
  // --- Your lines. ---
  return rg::eye(5, 5, kReal);
  // --- to here ---
}

// (5, 1): the derivative of (A1 . W2 - y)^2.
Tensor dloss_dA1(const Tensor& A1, const Tensor& W2, double y) {
  const Tensor A2 = rg::sum(A1 * W2);
  // --- Your lines: the square gives 2 (A2 - y), and A1 . W2 gives W2. ---
  return rg::reshape(0.0 * (A2 - y) * W2, {5, 1});
  // --- to here ---
}

int main() {
  const Tensor x = rg::tensor({1.0, 2.0, -1.0, 3.0, 0.5}, kReal);
  const Tensor W2 = rg::tensor({0.3, -0.2, 0.6, 0.1, -0.5}, kReal);
  const Tensor W1 = rg::tensor({0.5, -0.4, 0.8}, {.dtype = rg::float64, .requires_grad = true});
  const double y = 1.5;
  const Tensor Z1 =
      rg::conv1d(rg::reshape(x, {1, 5}), rg::reshape(W1, {1, 1, 3}), {}, {.padding = 1});
  const Tensor A1 = rg::relu(Z1);
  const Tensor loss = rg::square(rg::sum(rg::reshape(A1, {5}) * W2) - y);
  const rg::Explanation chain = rg::explain(loss, W1, {.names = {{"Z1", Z1}, {"A1", A1}}});
  const Tensor z = rg::reshape(Z1.detach(), {5}), a = rg::reshape(A1.detach(), {5});
  return mark({
      {"dZ1/dW1, the matrix of shifted inputs",
       [&] {
         expect_equal("dZ1_dW1", dZ1_dW1(x), chain.steps[0].matrix(),
                      "Z1_i = sum_k w_k padded_{i+k}, so row k begins at padded_k.");
       }},
      {"dA1/dZ1, a diagonal",
       [&] {
         expect_equal("dA1_dZ1", dA1_dZ1(z), chain.steps[1].matrix(),
                      "rg::where(Z1 > 0.0, rg::eye(5, 5, kReal), 0.0) tests each column's z.");
       }},
      {"dloss/dA1, a column",
       [&] {
         expect_equal("dloss_dA1", dloss_dA1(a, W2, y), chain.steps[2].matrix(),
                      "(A2 - y)^2 has the derivative 2 (A2 - y), times W2.");
       }},
      {"their product is what backward() computes",
       [&] {
         loss.backward();
         const Tensor product = rg::matmul(rg::matmul(dZ1_dW1(x), dA1_dZ1(z)), dloss_dA1(a, W2, y));
         expect_equal("the product", rg::reshape(product, {3}), W1.grad(), "3x5 . 5x5 . 5x1");
       }},
  });
}
