// fmt::format() for texts that are made where nothing is wrong. Internal.
#pragma once

#include <string>

#include <fmt/core.h>

namespace retrograd::detail {

std::string formatted_of(fmt::string_view text, fmt::format_args values);

// Returns what fmt::format() does, in memory that the library asks for: where there is none, it
// throws OutOfMemory. A shared libfmt throws std::bad_alloc.
template <class... Values>
std::string formatted(fmt::format_string<Values...> text, Values&&... values) {
  return formatted_of(text, fmt::make_format_args(values...));
}

}  // namespace retrograd::detail
