// Bytes as text, for files within files. Internal.
#pragma once

#include <string>
#include <string_view>

#include <retrograd/tensor/api.h>

namespace retrograd::detail {

// Returns the bytes in base64, padded with "=".
RETROGRAD_API std::string in_base64(std::string_view bytes);

}  // namespace retrograd::detail
