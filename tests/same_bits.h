// Equality of tensors to the bit.
#pragma once

#include <cstddef>
#include <cstring>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/tensor.h>

namespace test {

// Whether shapes, dtypes and the bits of all values are equal; two undefined tensors are.
inline bool same_bits(const retrograd::Tensor& a, const retrograd::Tensor& b) {
  if (!a.defined() || !b.defined()) {
    return a.defined() == b.defined();
  }
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) {
    return false;
  }
  const retrograd::NoGradGuard unrecorded;
  const retrograd::Tensor x = a.contiguous();
  const retrograd::Tensor y = b.contiguous();
  const auto bytes = static_cast<std::size_t>(a.numel()) * retrograd::item_size(a.dtype());
  return bytes == 0 || std::memcmp(x.raw_bytes(), y.raw_bytes(), bytes) == 0;
}

}  // namespace test
