// An equation and the shapes of its operands: einsum(), forward and backward.
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "fuzz.h"

namespace rg = retrograd;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes in(data, size);
  std::vector<rg::Tensor> operands;
  for (int left = in.next() % 5; left > 0; --left) {
    rg::Shape shape;
    for (int rank = in.next() % 9; rank > 0; --rank) {
      shape.push_back(in.next() % 4);
    }
    operands.push_back(rg::ones(shape).set_requires_grad());
  }
  rg::Tensor result;
  if (!fuzz::succeeds([&] { result = rg::einsum(in.rest(), operands); })) {
    return 0;
  }
  rg::sum(result).backward();
  for (const rg::Tensor& operand : operands) {
    fuzz::require(operand.grad().shape() == operand.shape(), "a gradient of another shape");
  }
  return 0;
}
