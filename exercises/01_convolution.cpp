// Write the convolution of a row of pixels, z_i = sum_k w_k x_{i+k}, with slices.
//
// You need: x(Slice{a, b}), the elements a to b - 1 of x, and w[k], element k of w.
#include <cstdint>

#include "marking.h"

namespace rg = retrograd;
using rg::Slice;
using rg::Tensor;

Tensor my_conv1d(const Tensor& x, const Tensor& w) {
  const std::int64_t filter = w.numel();
  const std::int64_t length = x.numel() - filter + 1;  // of z
  Tensor z = rg::zeros({length}, {.dtype = x.dtype()});
  for (std::int64_t k = 0; k < filter; ++k) {
    // --- Your lines: add w_k times the slice of x that begins at k and has `length` elements. ---
    z = z + 0.0;
    // --- to here ---
  }
  return z;
}

int main() {
  constexpr rg::TensorOptions real = {.dtype = rg::float64};
  return mark({
      {"a single weight copies the row",
       [&] {
         const Tensor x = rg::tensor({1, 2, 3}, real);
         expect_equal("my_conv1d({1, 2, 3}, {1})", my_conv1d(x, rg::tensor({1}, real)), x,
                      "with one weight, k is 0 and the slice is the whole row.");
       }},
      {"the numbers of the first lecture",
       [&] {
         const Tensor z = my_conv1d(rg::tensor({0, 0, 1, 1, 1, 0, 1, 0, 0, 0}, real),
                                    rg::tensor({-1, 1, -1}, real));
         expect_equal("my_conv1d of the slide", z, rg::tensor({-1, 0, -1, 0, -2, 1, -1, 0}, real),
                      "output i reads x_i, x_{i+1} and x_{i+2}; the filter is not flipped.");
       }},
      {"the numbers of the second lecture",
       [&] {
         const Tensor z = my_conv1d(rg::tensor({1, 1, 1, 0, 0}, real), rg::tensor({1, 0, 1}, real));
         expect_equal("my_conv1d of the slide", z, rg::tensor({2, 1, 1}, real),
                      "each k adds to z; it does not replace it.");
       }},
      {"its gradients, which come from the operators that you called",
       [&] {
         constexpr rg::TensorOptions weight = {.dtype = rg::float64, .requires_grad = true};
         expect_gradient(
             [](const auto& in) { return my_conv1d(in[0], in[1]); },
             {rg::tensor({0.5, -1.0, 2.0, 0.3}, weight), rg::tensor({1.5, -0.7}, weight)},
             "multiply the tensors; item() and to_vector() leave the tape.");
       }},
  });
}
