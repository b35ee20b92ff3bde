// Write both gradients of z_i = sum_k w_k x_{i+k}, where g = dloss/dz comes from above:
//   dloss/dw_k = sum_i g_i x_{i+k}         row k of the matrix of shifted inputs, times g
//   dloss/dx_j = sum_k w_k g_{j-k}         each g_i goes back to the inputs that it came from
//
// You need: x(Slice{a, b}), rg::sum(t), and rg::pad(t, {left, right}), which adds zeros at the
// ends.
#include <cstdint>
#include <vector>

#include "marking.h"

namespace rg = retrograd;
using rg::Slice;
using rg::Tensor;

// The numbers of the convolution; exercise 1 wrote them.
Tensor numbers(const Tensor& x, const Tensor& w) {
  return rg::reshape(rg::conv1d(rg::reshape(x, {1, 1, -1}), rg::reshape(w, {1, 1, -1})), {-1});
}

Tensor my_conv1d(const Tensor& x, const Tensor& w, rg::Where where = {}) {
  return rg::record({.op = "my_conv1d",
                     .where = where,
                     .output = numbers(x.detach(), w.detach()),
                     .inputs = {x, w},
                     .saved = {x, w},
                     .backward = [](const rg::Backward& b) -> rg::Gradients {
                       const Tensor x = b.saved(0), w = b.saved(1), g = b.grad;
                       const std::int64_t length = g.numel(), filter = w.numel();
                       std::vector<Tensor> dw;
                       Tensor dx = 0.0 * x;
                       for (std::int64_t k = 0; k < filter; ++k) {
                         // --- Your lines: dloss/dw_k, a number. ---
                         dw.push_back(0.0 * rg::sum(g));
                         // --- to here ---
                         // --- Your lines: add w_k g, which begins at x_k and ends where
                         // x_{k+length} begins. ---
                         dx = dx + 0.0 * w[k];
                         // --- to here ---
                       }
                       return {dx, rg::stack(dw)};
                     }});
}

int main() {
  constexpr rg::TensorOptions real = {.dtype = rg::float64};
  constexpr rg::TensorOptions weight = {.dtype = rg::float64, .requires_grad = true};
  return mark({
      {"the gradient of w",
       [&] {
         const Tensor x = rg::tensor({0.5, -1.0, 2.0, 0.3, 1.1}, real);
         expect_gradient([&](const auto& in) { return my_conv1d(x, in[0]); },
                         {rg::tensor({1.5, -0.7, 0.2}, weight)},
                         "'d input 0[k]' is w_k. It met x(Slice{k, k + length}).");
       }},
      {"the gradient of x",
       [&] {
         const Tensor w = rg::tensor({1.5, -0.7, 0.2}, real);
         expect_gradient([&](const auto& in) { return my_conv1d(in[0], w); },
                         {rg::tensor({0.5, -1.0, 2.0, 0.3, 1.1}, weight)},
                         "pad g with k zeros on the left; how many on the right make x's length?");
       }},
      {"the slide: dz/dw is a matrix of shifted inputs",
       [&] {
         const Tensor x = rg::tensor({1, 2, 3, 4, 5}, real);
         const Tensor matrix = rg::jacobian([&](const Tensor& w) { return my_conv1d(x, w); },
                                            rg::tensor({0, 0, 0}, real));
         expect_equal("the transpose of dz/dw", rg::transpose(matrix, 0, 1),
                      rg::tensor({{1, 2, 3}, {2, 3, 4}, {3, 4, 5}}, real),
                      "row k is x moved by k.");
       }},
  });
}
