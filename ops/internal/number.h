// Numbers in messages. Internal.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

namespace retrograd {

// All digits that matter, whatever the locale.
inline std::string number_text(double number) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

// "[1, 2]".
inline std::string list_text(const std::vector<std::int64_t>& numbers) {
  std::string all;
  for (const std::int64_t number : numbers) {
    all += (all.empty() ? "" : ", ") + std::to_string(number);
  }
  return "[" + all + "]";
}

}  // namespace retrograd
