// Loops over images of bytes. Internal.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include <retrograd/tensor/tensor.h>

namespace retrograd::transforms::detail {

using ByteTable = std::array<std::uint8_t, 256>;
using Histogram = std::array<std::int64_t, 256>;

// Each value v of channel c of image n replaced by table_of(n, c)[v].
Tensor by_tables(const Tensor& image,
                 const std::function<ByteTable(std::int64_t n, std::int64_t c)>& table_of);
inline Tensor by_table(const Tensor& image, const ByteTable& table) {
  return by_tables(image, [&](std::int64_t, std::int64_t) { return table; });
}

// Of channel c of image n, or of image 0 in (C, H, W).
Histogram histogram(const Tensor& image, std::int64_t n, std::int64_t c);

struct Rgb {
  float r;
  float g;
  float b;
};
// Each pixel of three channels in [0, 255] replaced; results are rounded down.
Tensor by_pixels(const Tensor& image,
                 const std::function<void(Rgb* pixels, std::int64_t count)>& f);

// [0, 255] to a byte, rounded down.
inline std::uint8_t cut_to_byte(float value) {
  return static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

}  // namespace retrograd::transforms::detail
