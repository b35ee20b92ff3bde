#include <retrograd/images/detail/planes.h>

#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::detail {

namespace {

void split(const std::uint8_t* __restrict pixels, std::size_t count, std::uint8_t* __restrict red,
           std::uint8_t* __restrict green, std::uint8_t* __restrict blue) {
  for (std::size_t i = 0; i < count; ++i) {
    red[i] = pixels[3 * i];
    green[i] = pixels[3 * i + 1];
    blue[i] = pixels[3 * i + 2];
  }
}

}  // namespace

void split_rgb(const std::uint8_t* pixels, std::size_t count, std::uint8_t* red,
               std::uint8_t* green, std::uint8_t* blue) {
  vectorised([=] { split(pixels, count, red, green, blue); });
}

}  // namespace retrograd::detail
