// The library's functions by name. Internal.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <retrograd/ops/internal/registry.h>

namespace retrograd::detail {

// The table of graph/functions.cpp: functions of tensor/ and autograd/, sorted by name.
std::span<const OperatorEntry> other_functions() noexcept;
// Those of this name, here or in ops/registry.cpp; none where it is not the library's.
std::span<const OperatorEntry> overloads(std::string_view name) noexcept;

// An operator that was looked up: the library's functions of one name, or a custom operator.
struct FoundOperator {
  std::span<const OperatorEntry> ours;
  OperatorFunction own = nullptr;
};
FoundOperator find_operator(std::string_view name);
// Calls the first function that takes the arguments, and appends its results to `outputs`.
void call_found(const FoundOperator& found, std::string_view name, const Arguments& arguments,
                std::vector<Tensor>& outputs, Where where);

}  // namespace retrograd::detail
