#include <retrograd/nn/sequential.h>

namespace retrograd::nn {

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (Module& module : *this) {
    y = module(y, CallSite::current());
  }
  return y;
}

}  // namespace retrograd::nn
