#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include <retrograd/io/detail/file.h>
#include <retrograd/io/detail/png.h>
#include <retrograd/io/png.h>

namespace retrograd {

namespace {

using detail::FileCall;
using detail::PngColour;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return number;
}

struct Header {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  unsigned depth = 0;  // bits a sample
  PngColour colour = PngColour::grey;
  unsigned channels = 0;  // as stored: 1 for a palette

  std::uint64_t row_bytes() const { return (width * channels * depth + 7) / 8; }
};

Header read_header(std::string_view data, const FileCall& call) {
  if (data.size() != 13) {
    call.fail("its header has " + std::to_string(data.size()) + " bytes instead of 13");
  }
  Header header;
  header.width = number_at(data, 0);
  header.height = number_at(data, 4);
  header.depth = static_cast<std::uint8_t>(data[8]);
  const unsigned colour = static_cast<std::uint8_t>(data[9]);
  header.colour = static_cast<PngColour>(colour);
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (header.width == 0 || header.height == 0 || header.width > most || header.height > most) {
    call.fail("its size is " + std::to_string(header.width) + " x " +
              std::to_string(header.height));
  }
  constexpr std::array<unsigned, 7> channels = {1, 0, 3, 1, 2, 0, 4};
  header.channels = colour < channels.size() ? channels[colour] : 0;
  const bool small = header.depth == 1 || header.depth == 2 || header.depth == 4;
  const bool known = header.depth == 8 ||
                     (header.depth == 16 && header.colour != PngColour::palette) ||
                     (small && header.channels == 1);
  if (header.channels == 0 || !known) {
    call.fail("colour type " + std::to_string(colour) + " with " + std::to_string(header.depth) +
              " bits a sample is not in the format");
  }
  if (data[10] != 0 || data[11] != 0) {
    call.fail("it is packed or filtered in an unknown way");
  }
  if (data[12] != 0) {
    call.fail("it is interlaced; such images are not supported");
  }
  return header;
}

struct Contents {
  Header header;
  std::string palette;  // three bytes a colour
  std::string packed;   // all pixels
};

// Walks the chunks: length, type, data, CRC-32 of type and data.
Contents read_chunks(std::string_view file, const FileCall& call) {
  if (!file.starts_with(detail::kPngSignature)) {
    call.fail("it is not a PNG file");
  }
  Contents contents;
  std::size_t at = detail::kPngSignature.size();
  for (bool first = true;; first = false) {
    if (file.size() - at < 12 || file.size() - at - 12 < number_at(file, at)) {
      call.fail("it is truncated");
    }
    const std::size_t length = number_at(file, at);
    const std::string_view type = file.substr(at + 4, 4);
    const std::string_view data = file.substr(at + 8, length);
    const auto* checked = reinterpret_cast<const Bytef*>(type.data());
    if (::crc32_z(0, checked, 4 + length) != number_at(file, at + 8 + length)) {
      call.fail("the chunk " + detail::in_quotes(type) + " is damaged: its checksum differs");
    }
    at += 12 + length;
    if (first != (type == "IHDR")) {
      call.fail("the chunk " + detail::in_quotes(type) + " is out of place");
    }
    const bool optional = (static_cast<unsigned char>(type[0]) & 32U) != 0;
    if (first) {
      contents.header = read_header(data, call);
    } else if (type == "PLTE") {
      contents.palette = data;
    } else if (type == "IDAT") {
      contents.packed += data;
    } else if (type == "IEND") {
      return contents;
    } else if (!optional) {
      call.fail("it needs the unknown chunk " + detail::in_quotes(type));
    }
  }
}

std::vector<std::uint8_t> unpack(const Contents& contents, const FileCall& call) {
  const std::uint64_t row = 1 + contents.header.row_bytes();
  constexpr std::uint64_t best = 1032;  // deflate packs no better than this
  if (contents.header.height > best * contents.packed.size() / row) {
    call.fail(std::to_string(contents.header.width) + " x " +
              std::to_string(contents.header.height) + " pixels cannot be in " +
              std::to_string(contents.packed.size()) + " bytes");
  }
  std::vector<std::uint8_t> lines(row * contents.header.height);
  uLongf size = lines.size();
  const int result =
      ::uncompress(lines.data(), &size, reinterpret_cast<const Bytef*>(contents.packed.data()),
                   contents.packed.size());
  if (result == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
  if (result != Z_OK || size != lines.size()) {
    call.fail("its pixels are damaged, or not as many as its header says");
  }
  return lines;
}

// Of left, above and above left the one that is nearest to left + above - above left.
int paeth(int left, int above, int corner) {
  const int estimate = left + above - corner;
  const int to_left = std::abs(estimate - left);
  const int to_above = std::abs(estimate - above);
  const int to_corner = std::abs(estimate - corner);
  if (to_left <= to_above && to_left <= to_corner) {
    return left;
  }
  return to_above <= to_corner ? above : corner;
}

// Undoes the filter of each row, which its first byte names, in place.
void unfilter(std::vector<std::uint8_t>& lines, const Header& header, const FileCall& call) {
  const std::size_t row = header.row_bytes();
  const std::size_t step = std::max(1U, header.channels * header.depth / 8);  // bytes to the left
  const std::vector<std::uint8_t> zeros(row);
  const std::uint8_t* above = zeros.data();
  for (std::size_t y = 0; y < header.height; ++y) {
    std::uint8_t* line = lines.data() + y * (1 + row);
    const unsigned filter = *line++;
    if (filter > 4) {
      call.fail("row " + std::to_string(y) + " has the unknown filter " + std::to_string(filter));
    }
    for (std::size_t i = 0; i < row; ++i) {
      const int left = i < step ? 0 : line[i - step];
      const int corner = i < step ? 0 : above[i - step];
      const std::array<int, 5> guesses = {0, left, above[i], (left + above[i]) / 2,
                                          paeth(left, above[i], corner)};
      line[i] = static_cast<std::uint8_t>(line[i] + guesses[filter]);
    }
    above = line;
  }
}

unsigned sample(const std::uint8_t* line, std::size_t i, unsigned depth) {
  if (depth == 16) {
    return static_cast<unsigned>(line[2 * i] << 8 | line[2 * i + 1]);
  }
  const std::size_t bit = i * depth;
  return static_cast<unsigned>(line[bit / 8] >> (8 - depth - bit % 8)) & ((1U << depth) - 1);
}

}  // namespace

Tensor load_png(const std::string& path, Where where) {
  const FileCall call{"load_png", path, where};
  detail::InputFile file(call);
  std::string bytes(file.size(), '\0');
  file.read(bytes.data(), bytes.size());
  const Contents contents = read_chunks(bytes, call);
  const Header& header = contents.header;
  std::vector<std::uint8_t> lines = unpack(contents, call);
  unfilter(lines, header, call);

  const bool palette = header.colour == PngColour::palette;
  const std::size_t channels = palette ? 3 : header.channels;
  Tensor image =
      empty_tensor({static_cast<std::int64_t>(channels), static_cast<std::int64_t>(header.height),
                    static_cast<std::int64_t>(header.width)},
                   float32, where);
  const auto largest = static_cast<float>((1U << header.depth) - 1);
  auto* to = image.raw<float>();
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t y = 0; y < header.height; ++y) {
      const std::uint8_t* line = lines.data() + y * (1 + header.row_bytes()) + 1;
      for (std::size_t x = 0; x < header.width; ++x) {
        if (!palette) {
          *to++ = static_cast<float>(sample(line, x * channels + c, header.depth)) / largest;
          continue;
        }
        const std::size_t at = 3 * std::size_t{sample(line, x, header.depth)} + c;
        if (at >= contents.palette.size()) {
          call.fail("a pixel has a colour that is not in the palette");
        }
        *to++ = static_cast<float>(static_cast<std::uint8_t>(contents.palette[at])) / 255.0F;
      }
    }
  }
  return image;
}

}  // namespace retrograd
