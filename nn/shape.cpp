#include <retrograd/nn/shape.h>

#include <retrograd/ops/shape.h>

namespace retrograd::nn {

Tensor Flatten::forward(const Tensor& x) {
  return flatten(x, start_, end_, CallSite::current());
}
std::string Flatten::describe() const {
  return "Flatten(" + std::to_string(start_) + ", " + std::to_string(end_) + ")";
}

}  // namespace retrograd::nn
