// fmt::format() for texts that are made where nothing is wrong. Internal.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <fmt/core.h>

namespace retrograd::detail {

std::string formatted_of(fmt::string_view text, fmt::format_args values);

// Returns what fmt::format() does, in memory that the library asks for: where there is none, it
// throws OutOfMemory. A shared libfmt throws std::bad_alloc.
template <class... Values>
std::string formatted(fmt::format_string<Values...> text, Values&&... values) {
  return formatted_of(text, fmt::make_format_args(values...));
}

// The texts, or the numbers in decimal, with `between` between each two. Not fmt::join(): its
// header takes a second and a half to compile.
std::string joined(std::span<const std::string> texts, std::string_view between);
std::string joined(std::span<const std::int64_t> numbers, std::string_view between);

}  // namespace retrograd::detail
