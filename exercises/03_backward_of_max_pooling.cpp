// Write the backward of max pooling of a row: out_i = max(x_{2i}, x_{2i+1}).
//
// The forward saves which element of each pair won: 0 or 1. Only the winner gets a gradient.
//
// You need: rg::scatter_add(x, 1, index, values), which adds values[i, j] to x[i, index[i, j]], and
// rg::unsqueeze(t, 1), which makes a column of a row.
#include <cstdint>

#include "marking.h"

namespace rg = retrograd;
using rg::Tensor;

Tensor my_max_pool1d(const Tensor& x, rg::Where where = {}) {
  const Tensor pairs = rg::reshape(x.detach(), {-1, 2});
  const Tensor winners = rg::argmax(pairs, 1);
  return rg::record({.op = "my_max_pool1d",
                     .where = where,
                     .output = rg::amax(pairs, {1}),
                     .inputs = {x},
                     .saved = {winners},
                     .backward = [](const rg::Backward& b) -> rg::Gradients {
                       const Tensor won = b.saved(0);  // (n)
                       Tensor pairs = rg::zeros({won.numel(), 2}, {.dtype = b.grad.dtype()});
                       // --- Your lines: add b.grad, of shape (n), at the winners of the pairs. ---
                       pairs = pairs + rg::unsqueeze(b.grad, 1);
                       // --- to here ---
                       return {rg::reshape(pairs, {-1})};
                     }});
}

int main() {
  constexpr rg::TensorOptions weight = {.dtype = rg::float64, .requires_grad = true};
  return mark({
      {"the gradient",
       [&] {
         expect_gradient([](const auto& in) { return my_max_pool1d(in[0]); },
                         {rg::tensor({1.0, 3.0, 0.5, -2.0, 4.0, 4.5}, weight)},
                         "a small change of the loser changes no output, so its gradient is 0.");
       }},
      {"the library's gradient of max_pool1d",
       [&] {
         const Tensor x = rg::tensor({1.0, 3.0, 0.5, -2.0}, weight);
         const Tensor by = rg::tensor({10.0, 20.0}, {.dtype = rg::float64});
         const Tensor yours = rg::grad({rg::sum(my_max_pool1d(x) * by)}, {x})[0];
         const Tensor rows = rg::max_pool1d(rg::reshape(x, {1, 1, 4}), 2);
         const Tensor right = rg::grad({rg::sum(rg::reshape(rows, {2}) * by)}, {x})[0];
         expect_equal("the gradient", yours, right, "the winners are x_1 and x_2.");
       }},
  });
}
