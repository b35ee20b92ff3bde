#include <array>
#include <cstddef>
#include <string_view>

#include <zlib.h>

#include <retrograd/io/internal/pixel_rows.h>
#include <retrograd/log/detail/png.h>

namespace retrograd::logging::detail {

namespace {

using retrograd::detail::PixelRows;

constexpr std::int64_t kMostPixels = 64'000'000;

void append_big_endian(std::string& to, std::size_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    to += static_cast<char>(number >> shift & 0xffU);
  }
}

void append_chunk(std::string& to, const char* type, std::string_view content) {
  append_big_endian(to, content.size());
  const std::size_t start = to.size();
  to.append(type).append(content);
  const auto* const bytes = reinterpret_cast<const Bytef*>(to.data() + start);
  append_big_endian(to, ::crc32_z(0, bytes, to.size() - start));
}

// The rows, each behind a byte for no filter.
std::string pixels_of(const Tensor& image, std::int64_t height) {
  const PixelRows rows(image);
  const auto row_bytes = static_cast<std::size_t>(rows.size()) + 1;
  std::string pixels(row_bytes * static_cast<std::size_t>(height), '\0');
  for (std::int64_t y = 0; y < height; ++y) {
    char* const row = pixels.data() + static_cast<std::size_t>(y) * row_bytes;
    rows.copy(y, reinterpret_cast<unsigned char*>(row + 1));
  }
  return pixels;
}

std::string compressed(const std::string& bytes) {
  uLongf size = ::compressBound(bytes.size());
  std::string made(size, '\0');
  const int result = ::compress(reinterpret_cast<Bytef*>(made.data()), &size,
                                reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (result != Z_OK) {  // no memory: all else was sized for it
    throw OutOfMemory(made.size());
  }
  made.resize(size);
  return made;
}

}  // namespace

Picture picture_of(const Frame& call, const Tensor& image) {
  PixelRows::require_image(call, image);
  Picture picture;
  picture.height = image.size(-2);
  picture.width = image.size(-1);
  picture.channels = image.dim() == 3 ? image.size(0) : 1;
  check::require<ShapeError>(call, image.numel() / picture.channels <= kMostPixels,
                             {{"image", image}},
                             "image must have at most 64000000 pixels [image-too-large]");
  constexpr std::array<char, 4> colours = {0, 4, 2, 6};  // grey, with alpha, RGB, with alpha
  std::string header;
  append_big_endian(header, static_cast<std::size_t>(picture.width));
  append_big_endian(header, static_cast<std::size_t>(picture.height));
  header += {8, colours[static_cast<std::size_t>(picture.channels - 1)], 0, 0, 0};
  picture.png = "\x89PNG\r\n\x1a\n";
  append_chunk(picture.png, "IHDR", header);
  append_chunk(picture.png, "IDAT", compressed(pixels_of(image, picture.height)));
  append_chunk(picture.png, "IEND", {});
  return picture;
}

}  // namespace retrograd::logging::detail
