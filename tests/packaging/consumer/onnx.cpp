#include <retrograd/retrograd.h>

int main() {
  return retrograd::ones({2}).numel() == 2 ? 0 : 1;
}
