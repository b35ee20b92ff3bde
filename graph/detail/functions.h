// The library's functions by name. Internal.
#pragma once

#include <span>
#include <string_view>

#include <retrograd/ops/internal/registry.h>

namespace retrograd::detail {

// The table of graph/functions.cpp: functions of tensor/ and autograd/, sorted by name.
std::span<const OperatorEntry> other_functions() noexcept;
// Those of this name, here or in ops/registry.cpp; none where it is not the library's.
std::span<const OperatorEntry> overloads(std::string_view name) noexcept;

}  // namespace retrograd::detail
