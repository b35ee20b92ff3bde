// The equation of einsum(), read and checked. Internal.
#pragma once

#include <string_view>
#include <vector>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// Indices as numbers in alphabetic order: A to Z, a to z, then the dimensions of "...".
using Labels = std::vector<std::size_t>;

struct EinsumEquation {
  std::vector<Labels> inputs;  // one for each dimension of each operand
  Labels output;
};

// Throws ValueError and ShapeError.
EinsumEquation read_einsum(const Frame& call, std::string_view equation,
                           const std::vector<Tensor>& operands);

bool contains(const Labels& labels, std::size_t label) noexcept;

}  // namespace retrograd::detail
