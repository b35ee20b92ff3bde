// Internal.
#pragma once

#include <string_view>

#include <retrograd/tensor/api.h>

namespace retrograd::detail {

// Whether the bytes are UTF-8, without surrogates and overlong forms.
RETROGRAD_API bool is_utf8(std::string_view text) noexcept;

}  // namespace retrograd::detail
