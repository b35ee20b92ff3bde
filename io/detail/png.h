// What reading and writing PNG files share.
#pragma once

#include <cstdint>
#include <string_view>

namespace retrograd::detail {

inline constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

enum class PngColour : std::uint8_t {
  grey = 0,
  rgb = 2,
  palette = 3,
  grey_alpha = 4,
  rgb_alpha = 6
};

}  // namespace retrograd::detail
