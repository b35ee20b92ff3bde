// The tables of ops/registry.cpp and ops/registry_tensor.cpp. Internal.
#pragma once

#include <span>
#include <string_view>

#include <retrograd/ops/registry.h>

namespace retrograd::detail {

struct OperatorEntry {
  std::string_view name;
  OperatorFunction function;
};

template <auto function>
constexpr OperatorFunction called = &Called<function>::call;

// Chooses an overload.
template <class Function>
constexpr Function* as(Function* one) {
  return one;
}

// Both are sorted.
std::span<const OperatorEntry> operators() noexcept;
std::span<const OperatorEntry> tensor_functions() noexcept;

}  // namespace retrograd::detail
