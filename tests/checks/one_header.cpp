// The smallest program: how long it takes to compile is what users of the library pay.
#include <retrograd/retrograd.h>

int main() {
  const auto x = retrograd::tensor({3.0}, {.requires_grad = true});
  (x * x).backward();
  return x.grad().item<float>() == 6 ? 0 : 1;
}
