#include <iostream>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

int main() {
  const rg::Tensor x = rg::tensor({1.0, 2.0, -1.0, 3.0, 0.5});
  const rg::Tensor W1 = rg::tensor({0.5, -0.5, 0.75}, {.requires_grad = true});
  const rg::Tensor W2 = rg::tensor({0.5, -0.25, 0.5, 0.125, -0.5});

  const rg::Tensor image = rg::reshape(x, {1, 1, 5});
  const rg::Tensor filter = rg::reshape(W1, {1, 1, 3});
  const rg::Tensor Z1 = rg::conv1d(image, filter, {}, {.padding = 1});
  const rg::Tensor A1 = rg::relu(Z1);
  const rg::Tensor A2 = rg::sum(rg::reshape(A1, {5}) * W2);
  const rg::Tensor loss = rg::square(A2 - 1.5);

  const rg::Explanation e = rg::explain(
      loss, W1, {.names = {{"W1", W1}, {"W2", W2}, {"x", x}, {"Z1", Z1}, {"A1", A1}, {"A2", A2}}});
  std::cout << e.text();
}
