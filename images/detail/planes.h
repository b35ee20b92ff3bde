// Pixels between rows and planes. Internal.
#pragma once

#include <cstddef>
#include <cstdint>

namespace retrograd::detail {

// Copies pixels of three bytes each to three planes.
void split_rgb(const std::uint8_t* pixels, std::size_t count, std::uint8_t* red,
               std::uint8_t* green, std::uint8_t* blue);

}  // namespace retrograd::detail
