#include <retrograd/images/detail/png_header.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <retrograd/images/detail/png.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::detail {

namespace {

std::string to_string(const PngHeader& header) {
  return fmt::format("{} x {}", header.width, header.height);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return number;
}

// What the header says, if the format has it.
PngHeader parse_header(std::string_view data, const FileCall& call) {
  PngHeader header;
  header.width = number_at(data, 0);
  header.height = number_at(data, 4);
  constexpr std::uint32_t most = std::numeric_limits<std::int32_t>::max();
  if (header.width == 0 || header.height == 0 || header.width > most || header.height > most) {
    call.fail("its size is {} [file-malformed]", to_string(header));
  }
  header.depth = static_cast<std::uint8_t>(data[8]);
  const unsigned colour = static_cast<std::uint8_t>(data[9]);
  constexpr std::array<unsigned, 7> channels = {1, 0, 3, 1, 2, 0, 4};
  header.channels = colour < channels.size() ? channels[colour] : 0;
  header.has_palette = colour == PNG_COLOR_TYPE_PALETTE;
  const bool small = header.depth == 1 || header.depth == 2 || header.depth == 4;
  const bool known = header.depth == 8 || (header.depth == 16 && !header.has_palette) ||
                     (small && header.channels == 1);
  if (header.channels == 0 || !known) {
    call.fail("colour type {} with {} bits a sample is not in the format [file-malformed]", colour,
              header.depth);
  }
  if (data[10] != 0 || data[11] != 0 || (data[12] != 0 && data[12] != 1)) {
    call.fail("it is packed, filtered or interlaced in an unknown way [file-unsupported]");
  }
  header.is_interlaced = data[12] == 1;
  return header;
}

}  // namespace

PngHeader read_png_header(Source& source, std::int64_t max_pixels, const FileCall& call) {
  constexpr std::size_t length = 13;  // of the header's data, after the chunk's length and type
  constexpr std::size_t before = kPngSignature.size() + 8;
  const std::string_view start = source.peek(before + length);
  if (!start.starts_with(kPngSignature)) {
    call.fail("it is not a PNG file [file-malformed]");
  }
  if (start.size() >= before) {
    const std::string_view type = start.substr(before - 4, 4);
    if (type != "IHDR") {
      call.fail("the chunk {} is out of place [file-malformed]", in_quotes(type));
    }
    if (number_at(start, kPngSignature.size()) != length) {
      call.fail("its header has {} bytes instead of 13 [file-malformed]",
                number_at(start, kPngSignature.size()));
    }
  }
  if (start.size() < before + length) {
    call.fail("it is truncated [file-truncated]");
  }
  const PngHeader header = parse_header(start.substr(before, length), call);
  constexpr std::uint64_t best = 1032;  // deflate packs no better than this
  if (header.height > best * source.size() / header.row_bytes()) {
    call.fail("{} pixels cannot be in {} bytes [file-truncated]", to_string(header), source.size());
  }
  const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
  if (pixels > static_cast<std::uint64_t>(max_pixels)) {
    call.fail("its {} pixels are more than max_pixels, {} [image-too-large]", to_string(header),
              max_pixels);
  }
  if (std::max(header.width, header.height) > kMostPngSide) {
    call.fail("its size is {}; at most 1000000 rows and columns are read [image-too-large]",
              to_string(header));
  }
  return header;
}

}  // namespace retrograd::detail
