// Numbers in messages. Internal.
#pragma once

#include <charconv>
#include <string>

namespace retrograd {

// All digits that matter, whatever the locale.
inline std::string number_text(double number) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

}  // namespace retrograd
