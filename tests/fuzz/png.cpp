// A PNG file: load_png() and decode_image().
#include <cstdint>

#include <retrograd/images/image.h>
#include <retrograd/images/png.h>

#include "fuzz.h"

namespace rg = retrograd;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  file.write(fuzz::text_of(data, size));
  // A packed bit can become 1032 x 32 bits, so the limit is the image that max_pixels allows: up to
  // four channels of float32.
  constexpr std::int64_t most = 1 << 16;
  const fuzz::AllocationLimit limit(fuzz::allowed(most, 4 * sizeof(float)) + 2 * size);
  const bool is_read = fuzz::succeeds([&] {
    const rg::Tensor image = rg::load_png(file.path(), {.max_pixels = most});
    const float* values = image.data<float>();
    for (std::int64_t i = 0; i < image.numel(); ++i) {
      fuzz::require(values[i] >= 0 && values[i] <= 1, "a sample outside [0, 1]");
    }
  });
  if (size > 0 && data[0] == 0xff) {
    return 0;  // JPEG, to decode_image()
  }
  for (const rg::ImageMode mode :
       {rg::ImageMode::unchanged, rg::ImageMode::gray, rg::ImageMode::rgb}) {
    const bool is_decoded = fuzz::succeeds([&] {
      rg::decode_image({data, size}, {.mode = mode, .max_pixels = most});
    });
    fuzz::require(is_decoded == is_read, "read by one function alone");
  }
  return 0;
}
