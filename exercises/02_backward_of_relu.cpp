// Write the backward of ReLU, a = max(z, 0).
//
// A backward gets dloss/da as b.grad. It returns dloss/dz = dloss/da da/dz, element by element. The
// tensors listed under .saved are b.saved(0), b.saved(1), ...
//
// You need: rg::where(condition, a, b), which takes a where the condition is true, and b elsewhere.
#include "marking.h"

namespace rg = retrograd;
using rg::Tensor;

Tensor my_relu(const Tensor& z, rg::Where where = {}) {
  return rg::record({.op = "my_relu",
                     .where = where,
                     .output = rg::clamp(z.detach(), 0.0),
                     .inputs = {z},
                     .saved = {z},
                     .backward = [](const rg::Backward& b) -> rg::Gradients {
                       // --- Your lines: da/dz is 1 where z > 0, and 0 elsewhere. ---
                       return {b.grad};
                       // --- to here ---
                     }});
}

int main() {
  constexpr rg::TensorOptions weight = {.dtype = rg::float64, .requires_grad = true};
  return mark({
      {"the values",
       [] {
         expect_equal("my_relu of the slide",
                      my_relu(rg::tensor({-1., 0., -1., 0., -2., 1., -1., 0.})),
                      rg::tensor({0., 0., 0., 0., 0., 1., 0., 0.}),
                      "the forward was right; undo your change there.");
       }},
      {"the gradient",
       [&] {
         expect_gradient([](const auto& in) { return my_relu(in[0]); },
                         {rg::tensor({1.5, 0.2, -0.3, -2.0}, weight)},
                         "what comes back to a negative z? Look at the element that is named.");
       }},
      {"dead units: no gradient passes where z < 0",
       [&] {
         const Tensor z = rg::tensor({-1.0, 2.0}, weight);
         rg::sum(my_relu(z) * rg::tensor({10.0, 20.0}, {.dtype = rg::float64})).backward();
         expect_equal("z.grad()", z.grad(), rg::tensor({0.0, 20.0}, {.dtype = rg::float64}),
                      "dloss/dz is b.grad where z > 0: the 20 from above passes, times 1.");
       }},
  });
}
