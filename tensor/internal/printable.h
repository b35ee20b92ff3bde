// Text from a file or a user as error messages show it.
#pragma once

#include <string>
#include <string_view>

#include <retrograd/tensor/api.h>

namespace retrograd::detail {

// Returns the text with control characters escaped, as "\x1b", and cut after 200 bytes.
RETROGRAD_API std::string printable(std::string_view text);

// Returns the same in single quotes.
RETROGRAD_API std::string in_quotes(std::string_view text);

}  // namespace retrograd::detail
