// The table of ops/registry.cpp. Internal.
#pragma once

#include <span>
#include <string_view>

#include <retrograd/tensor/called.h>

namespace retrograd::detail {

struct OperatorEntry {
  std::string_view name;
  OperatorFunction function;
  // Whether an element depends on those of the inputs at its position in the spatial dimensions
  // alone; padding and norms count, too.
  bool is_pointwise = false;
};
inline constexpr bool kPointwise = true;

template <auto function>
constexpr OperatorFunction called = &Called<function>::call;

// Chooses an overload.
template <class Function>
constexpr Function* as(Function* one) {
  return one;
}

// Sorted by name; overloads stand side by side.
std::span<const OperatorEntry> operators() noexcept;

}  // namespace retrograd::detail
