// What layers share: checks of their arguments, initial values, text. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <retrograd/ops/size.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn::detail {

// PyTorch's default start: a parameter uniform in [-1/sqrt(fan_in), 1/sqrt(fan_in)).
Tensor uniform_parameter(const Shape& shape, DType dtype, std::int64_t fan_in);

// Throw ValueError: "layer: what is value; at least 1 (0) is needed".
void require_positive(const Frame& call, const char* what, std::int64_t value);
void require_not_negative(const Frame& call, const char* what, std::int64_t value);
// Throws DTypeError unless parameters of this dtype can be trained.
void require_floating(const Frame& call, DType dtype);

// The number of elements of a tensor of this shape: for multiply_adds().
std::int64_t count(const Shape& shape) noexcept;

// "3", or "3x5" where the dimensions differ.
template <std::size_t N>
std::string text(const Size<N>& size) {
  std::string all = std::to_string(size[0]);
  bool equal = true;
  for (std::size_t d = 1; d < N; ++d) {
    all += "x" + std::to_string(size[d]);
    equal = equal && size[d] == size[0];
  }
  return equal ? std::to_string(size[0]) : all;
}

}  // namespace retrograd::nn::detail
