#include <iostream>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

int main() {
  const rg::Tensor x = rg::ones({1, 1, 4, 4}, {.requires_grad = true});
  rg::sum(rg::conv2d(x, rg::ones({1, 1, 3, 3}))).backward();
  std::cout << "retrograd " RETROGRAD_VERSION "\n" << x.grad() << '\n';
  if (x.grad().at({0, 0, 1, 1}) != 4) {
    return 1;
  }
  try {  // exceptions can be caught by type across the library's border
    rg::zeros({-1});
  } catch (const rg::ShapeError&) {
    return 0;
  }
  return 1;
}
