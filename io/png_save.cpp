#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include <zlib.h>

#include <retrograd/io/detail/file.h>
#include <retrograd/io/detail/png.h>
#include <retrograd/io/png.h>

namespace retrograd {

namespace {

using detail::PngColour;

void append_number(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(number >> shift & 255U);
  }
}

// Length, type, data, and a CRC-32 of type and data.
void append_chunk(std::string& file, const char* type, const std::string& data) {
  append_number(file, static_cast<std::uint32_t>(data.size()));
  const std::string checked = type + data;
  file += checked;
  const auto* bytes = reinterpret_cast<const Bytef*>(checked.data());
  append_number(file, static_cast<std::uint32_t>(::crc32_z(0, bytes, checked.size())));
}

char byte_of(double value, DType dtype) {
  const double scaled = dtype == uint8 ? value : 255 * value;
  // Written so that NaN is not above 0.
  const double cut = scaled > 0 ? std::min(scaled, 255.0) : 0.0;
  return static_cast<char>(static_cast<std::uint8_t>(std::lround(cut)));
}

// Rows of pixels, each after the number of its filter: none.
std::string scanlines(const Tensor& image, std::size_t channels, std::size_t height,
                      std::size_t width, Where where) {
  const std::vector<double> values = image.to_vector<double>(where);
  std::string bytes;
  bytes.reserve(height * (1 + width * channels));
  for (std::size_t y = 0; y < height; ++y) {
    bytes += '\0';
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        bytes += byte_of(values[(c * height + y) * width + x], image.dtype());
      }
    }
  }
  return bytes;
}

std::string deflated(const std::string& bytes) {
  uLongf size = ::compressBound(bytes.size());
  std::string packed(size, '\0');
  if (::compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                 reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) != Z_OK) {
    throw std::bad_alloc();
  }
  packed.resize(size);
  return packed;
}

}  // namespace

void save_png(const Tensor& image, const std::string& path, Where where) {
  constexpr const char* op = "save_png";
  if (!image.defined() || image.dtype() == int64) {
    fail<DTypeError>(op, where, "image must be floating, uint8 or boolean", {{"image", image}});
  }
  const std::int64_t channels = image.dim() == 3 ? image.shape()[0] : 1;
  if (image.dim() < 2 || image.dim() > 3 || channels < 1 || channels > 4 || image.numel() == 0) {
    fail<ShapeError>(op, where,
                     "image must be (H, W), or (C, H, W) with 1 to 4 channels, not empty",
                     {{"image", image}});
  }
  const std::int64_t height = image.size(-2);
  const std::int64_t width = image.size(-1);
  const detail::FileCall call{op, path, where};
  const std::string pixels =
      deflated(scanlines(image, static_cast<std::size_t>(channels),
                         static_cast<std::size_t>(height), static_cast<std::size_t>(width), where));
  constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
  if (pixels.size() > most) {
    call.fail("a chunk of this format cannot hold so many pixels");
  }

  constexpr std::array colours = {PngColour::grey, PngColour::grey_alpha, PngColour::rgb,
                                  PngColour::rgb_alpha};
  std::string header;
  append_number(header, static_cast<std::uint32_t>(width));
  append_number(header, static_cast<std::uint32_t>(height));
  header += '\x08';  // bits a sample
  header += static_cast<char>(colours[static_cast<std::size_t>(channels - 1)]);
  header.append(3, '\0');  // deflate, the five filters, not interlaced

  std::string bytes(detail::kPngSignature);
  append_chunk(bytes, "IHDR", header);
  append_chunk(bytes, "IDAT", pixels);
  append_chunk(bytes, "IEND", "");
  detail::OutputFile file(call);
  file.append(bytes.data(), bytes.size());
  file.commit();
}

}  // namespace retrograd
