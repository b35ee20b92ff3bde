// Tensors of equal values, up to rounding.
#pragma once

#include <retrograd/retrograd.h>

namespace test {

inline bool close(const retrograd::Tensor& a, const retrograd::Tensor& b, double bound = 1e-6) {
  namespace rg = retrograd;
  return a.shape() == b.shape() && rg::amax(rg::abs(a - b)).item<double>() <=
                                       bound * (1 + rg::amax(rg::abs(b)).item<double>());
}

}  // namespace test
