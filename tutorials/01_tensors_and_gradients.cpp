// Make tensors and compute a first gradient. The lecture says that a tensor generalises a matrix to
// any number of dimensions. The library also remembers how each tensor was computed, and can
// therefore tell how the tensor changes with its inputs.
#include <cstdio>

#include <retrograd/retrograd.h>

#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

int main() {
  // 0, 1, 2 and 3 dimensions: a number, a vector, a matrix, and a tensor. A colour picture has 3
  // dimensions: channels x rows x columns.
  show_shape("a number", rg::tensor(3.0));
  show_shape("a vector", rg::tensor({1.0, 2.0, 3.0}));
  show_shape("a matrix", rg::tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}));
  show_shape("a colour picture", rg::zeros({3, 32, 32}));
  show_shape("a batch of them", rg::zeros({64, 3, 32, 32}));

  // Parts and other views share the memory that they show, without a copy.
  const Tensor m = rg::tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  show("\nsecond row", m[1]);
  show("transposed", rg::transpose(m, 0, 1));
  show("flattened", rg::flatten(m));
  std::printf("same memory: %s\n", rg::flatten(m).shares_memory_with(m) ? "yes" : "no");

  // Operators work element by element. Shorter shapes are repeated to fit longer ones.
  show("\nm + row (broadcast)", m + rg::tensor({10.0, 20.0, 30.0}));
  show("m . m^T", rg::matmul(m, rg::transpose(m, 0, 1)));

  // A gradient: L = sum_i (w . x_i - y_i)^2. How does L change with w? By hand:
  //   dL/dw = sum_i 2 (w . x_i - y_i) x_i.
  const Tensor x = rg::tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  const Tensor y = rg::tensor({1.0, 2.0, 3.0});
  Tensor w = rg::tensor({0.5, -0.25}, {.requires_grad = true});
  const Tensor error = rg::matmul(x, w) - y;
  const Tensor loss = rg::sum(rg::square(error));
  loss.backward({.retain_graph = true});  // or what was saved is gone when the tape is printed
  show("\nloss", loss, 4);
  show("dL/dw, the tape", w.grad(), 4);
  show("dL/dw, by hand", 2.0 * rg::matmul(error.detach(), x), 4);

  // The tape: each operator that led to the loss, the tensors that it saved, and its line. Its
  // inputs are numbers of rows. A - is a tensor without a gradient, such as x and y. backward()
  // goes through the rows from the last to the first.
  std::printf("\n");
  rg::print_tape(loss);

  // Gradients add up until they are cleared, so several losses can share a step.
  loss.backward({.retain_graph = true});
  show("\na second backward adds", w.grad(), 4);
  w.zero_grad();
  std::printf("after zero_grad() there is %s\n", w.grad().defined() ? "a gradient" : "none");

  // One step against the gradient makes the loss smaller. Training repeats such steps.
  loss.backward();
  const Tensor moved = (w - 0.005 * w.grad()).detach();
  show("loss after a step", rg::sum(rg::square(rg::matmul(x, moved) - y)), 4);
}

/* Output:
a number                   []
a vector                   [3]
a matrix                   [2, 3]
a colour picture           [3, 32, 32]
a batch of them            [64, 3, 32, 32]

second row                  4  5  6
transposed
  1 4
  2 5
  3 6
flattened                   1  2  3  4  5  6
same memory: yes

m + row (broadcast)
  11 22 33
  14 25 36
m . m^T
  14 32
  32 77

loss                       7.2500
dL/dw, the tape            -31.0000 -40.0000
dL/dw, by hand             -31.0000 -40.0000

#  op       output          inputs  saves           at
0  leaf     float32 [2]
1  reshape  float32 [2, 1]  #0                      01_tensors_and_gradients.cpp:38
2  matmul   float32 [3, 1]  -, #1   float32 [3, 2]  01_tensors_and_gradients.cpp:38
3  reshape  float32 [3]     #2                      01_tensors_and_gradients.cpp:38
4  sub      float32 [3]     #3, -                   01_tensors_and_gradients.cpp:38
5  square   float32 [3]     #4      float32 [3]     01_tensors_and_gradients.cpp:39
6  sum      float32 []      #5                      01_tensors_and_gradients.cpp:39

a second backward adds     -62.0000 -80.0000
after zero_grad() there is none
loss after a step          0.2539
*/
