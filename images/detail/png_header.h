// What the beginning of a PNG file says. Internal.
#pragma once

#include <cstdint>

#include <retrograd/images/detail/source.h>

namespace retrograd::detail {

inline constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";

struct PngHeader {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  unsigned depth = 0;     // bits a sample
  unsigned channels = 0;  // as stored: 1 for a palette
  bool has_palette = false;
  bool is_interlaced = false;

  std::uint64_t row_bytes() const { return (std::uint64_t{width} * channels * depth + 7) / 8; }
};

// Reads the signature and the first chunk, and compares what they promise with what there is. They
// are read again afterwards.
PngHeader read_png_header(Source& source, std::int64_t max_pixels, const FileCall& call);

}  // namespace retrograd::detail
