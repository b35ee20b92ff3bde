// The table of graph/functions.cpp. Internal.
#pragma once

#include <span>

#include <retrograd/ops/internal/registry.h>

namespace retrograd::detail {

// Functions of tensor/ and autograd/, sorted by name.
std::span<const OperatorEntry> other_functions() noexcept;

}  // namespace retrograd::detail
