// What the readers of the formats share. Internal.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <retrograd/images/detail/source.h>
#include <retrograd/images/image.h>

namespace retrograd::detail {

// Refuses options that are out of their range.
void check_options(const FileCall& call, const LoadImageOptions& options);

// An image with the channels of its file, and how it is to be turned.
struct Decoded {
  Tensor image;         // (C, H, W), of uint8 or float32
  int orientation = 1;  // EXIF's
};
Decoded decode_jpeg(Source& source, const LoadImageOptions& options, const FileCall& call);
Decoded decode_png(Source& source, const LoadImageOptions& options, const FileCall& call);

// The image with the channels, the dtype and the orientation of the options.
Tensor finished(const Decoded& decoded, const LoadImageOptions& options);

inline std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace retrograd::detail
