// What the tests of Autocast share.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/retrograd.h>

namespace autocast_tests {

namespace rg = retrograd;
using rg::Tensor;
using Tensors = std::vector<Tensor>;

inline Tensor leaf(const rg::Shape& shape, std::uint64_t seed) {
  rg::Generator generator(seed);
  return rg::randn(shape, {.requires_grad = true}, generator);
}

inline double largest_difference(const Tensor& a, const Tensor& b) {
  return a.numel() == 0 ? 0 : rg::max(rg::abs(a.detach() - b.detach())).item<double>();
}

}  // namespace autocast_tests
