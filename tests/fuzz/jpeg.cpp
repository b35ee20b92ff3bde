// A JPEG file: decode_jpeg(), whole and scaled. The first byte chooses the options.
#include <cstdint>
#include <span>

#include <retrograd/images/jpeg.h>

#include "fuzz.h"

namespace rg = retrograd;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::span<const std::uint8_t> file(data + 1, size - 1);
  constexpr std::int64_t most = 1 << 14;
  // A progressive image is held as coefficients of 16 bits, of four components at most, each of
  // them in blocks: a row of pixels takes 32 of coefficients.
  const fuzz::AllocationLimit limit(fuzz::allowed(most, 4 * 2 * 32) + 2 * size);
  const rg::LoadImageOptions options = {.mode = static_cast<rg::ImageMode>(data[0] % 3),
                                        .apply_exif_orientation = (data[0] & 4U) == 0,
                                        .min_size = (data[0] >> 3U) % 16,
                                        .max_pixels = most};
  fuzz::succeeds([&] {
    const rg::Tensor image = rg::decode_jpeg(file, options);
    fuzz::require(image.numel() > 0 && image.numel() <= 4 * most, "no image of this size");
    unsigned sum = 0;
    for (std::int64_t i = 0; i < image.numel(); ++i) {
      sum += image.data<std::uint8_t>()[i];
    }
    fuzz::require(sum <= 255U * static_cast<unsigned>(image.numel()), "not bytes");
  });
  return 0;
}
