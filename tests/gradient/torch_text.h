// Python text for the rows' PyTorch expressions.
#pragma once

#include <cstddef>
#include <string>

#include <retrograd/ops/size.h>

namespace op_cases {

// "(2, 3,)"
template <std::size_t N>
std::string tuple(const retrograd::Size<N>& size) {
  std::string text = "(";
  for (const std::int64_t value : size) {
    text += std::to_string(value) + ", ";
  }
  text.pop_back();
  return text + ")";
}

inline std::string boolean(bool value) {
  return value ? "True" : "False";
}

}  // namespace op_cases
