#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <retrograd/images/detail/png.h>
#include <retrograd/images/png.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using detail::FileCall;
using detail::Png;

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";

// A file whose beginning is read twice: by us, to check it, and by libpng.
class Source {
 public:
  explicit Source(const FileCall& call) : file_(call) {}

  std::uint64_t size() const { return file_.size(); }

  // The next `count` bytes, fewer at the end of the file.
  std::string_view read_beginning(std::size_t count) {
    const std::size_t before = beginning_.size();
    beginning_.resize(before + count);
    beginning_.resize(before + file_.read_some(beginning_.data() + before, count));
    return std::string_view(beginning_).substr(before);
  }

  // For png_set_read_fn.
  static void read(png_structp png, png_bytep to, std::size_t count) {
    auto& source = *static_cast<Source*>(png_get_io_ptr(png));
    const std::size_t again = std::min(count, source.beginning_.size() - source.given_);
    std::copy_n(source.beginning_.data() + source.given_, again, to);
    source.given_ += again;
    std::size_t got = 0;
    Png::guard(png, [&] { got = source.file_.read_some(to + again, count - again); });
    if (got != count - again) {
      Png::stop(png, detail::kTruncated);
    }
  }

 private:
  detail::InputFile file_;
  std::string beginning_;
  std::size_t given_ = 0;  // bytes of it, to libpng
};

struct Header {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  unsigned depth = 0;     // bits a sample
  unsigned channels = 0;  // as stored: 1 for a palette
  bool has_palette = false;
  bool is_interlaced = false;

  std::uint64_t row_bytes() const { return (std::uint64_t{width} * channels * depth + 7) / 8; }
};

std::string to_string(const Header& header) {
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
Header parse_header(std::string_view data, const FileCall& call) {
  Header header;
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

// Reads the signature and the first chunk, and compares what they promise with what there is.
Header read_header(Source& source, const LoadImageOptions& options, const FileCall& call) {
  if (source.read_beginning(kSignature.size()) != kSignature) {
    call.fail("it is not a PNG file [file-malformed]");
  }
  const std::string start(source.read_beginning(8));  // a chunk's length and type
  if (start.size() == 8 && !start.ends_with("IHDR")) {
    call.fail("the chunk {} is out of place [file-malformed]", detail::in_quotes(start.substr(4)));
  }
  constexpr std::uint32_t length = 13;
  if (start.size() == 8 && number_at(start, 0) != length) {
    call.fail("its header has {} bytes instead of 13 [file-malformed]", number_at(start, 0));
  }
  const std::string_view data = source.read_beginning(length);
  if (data.size() != length) {
    call.fail("it is truncated [file-truncated]");
  }
  const Header header = parse_header(data, call);
  constexpr std::uint64_t best = 1032;  // deflate packs no better than this
  if (header.height > best * source.size() / header.row_bytes()) {
    call.fail("{} pixels cannot be in {} bytes [file-truncated]", to_string(header), source.size());
  }
  const std::uint64_t pixels = std::uint64_t{header.width} * header.height;
  if (pixels > static_cast<std::uint64_t>(options.max_pixels)) {
    call.fail("its {} pixels are more than max_pixels, {} [image-too-large]", to_string(header),
              options.max_pixels);
  }
  if (std::max(header.width, header.height) > detail::kMostPngSide) {
    call.fail("its size is {}; at most 1000000 rows and columns are read [image-too-large]",
              to_string(header));
  }
  return header;
}

// The pixels that one pass over the image has: every `dx`-th of every `dy`-th row.
struct Pass {
  std::uint32_t x, dx, y, dy;
};
constexpr std::array<Pass, 7> kInterlaced = {{{0, 8, 0, 8},
                                              {4, 8, 0, 8},
                                              {0, 4, 4, 8},
                                              {2, 4, 0, 4},
                                              {0, 2, 2, 4},
                                              {1, 2, 0, 2},
                                              {0, 1, 1, 2}}};
constexpr std::array<Pass, 1> kWhole = {{{0, 1, 0, 1}}};

struct Palette {
  png_colorp colours = nullptr;
  int count = 0;
};

// Reads all rows to the planes of an image.
class Rows {
 public:
  Rows(const Header& header, const Palette& palette, png_bytep row, float* image)
      : header_(header), palette_(palette), row_(row), image_(image) {}

  void read(png_structp png) const {
    const Pass* passes = header_.is_interlaced ? kInterlaced.data() : kWhole.data();
    const std::size_t count = header_.is_interlaced ? kInterlaced.size() : kWhole.size();
    for (std::size_t i = 0; i < count; ++i) {
      const Pass& pass = passes[i];
      for (std::uint32_t y = pass.y; pass.x < header_.width && y < header_.height; y += pass.dy) {
        png_read_row(png, row_, nullptr);
        header_.has_palette ? place_colours(png, pass, y) : place_samples(pass, y);
      }
    }
  }

 private:
  float* plane_row(unsigned channel, std::uint32_t y) const {
    return image_ + (std::size_t{channel} * header_.height + y) * header_.width;
  }

  void place_samples(const Pass& pass, std::uint32_t y) const {
    const auto largest = static_cast<float>((1U << header_.depth) - 1);
    for (unsigned c = 0; c < header_.channels; ++c) {
      float* to = plane_row(c, y);
      std::size_t at = c;
      for (std::uint32_t x = pass.x; x < header_.width; x += pass.dx, at += header_.channels) {
        const int sample = header_.depth == 16 ? row_[2 * at] << 8 | row_[2 * at + 1] : row_[at];
        to[x] = static_cast<float>(sample) / largest;
      }
    }
  }

  void place_colours(png_structp png, const Pass& pass, std::uint32_t y) const {
    const std::array<float*, 3> to = {plane_row(0, y), plane_row(1, y), plane_row(2, y)};
    const png_byte* index = row_;
    for (std::uint32_t x = pass.x; x < header_.width; x += pass.dx, ++index) {
      if (*index >= palette_.count) {
        Png::stop(png, "a pixel has a colour that is not in the palette");
      }
      const png_color& colour = palette_.colours[*index];
      to[0][x] = static_cast<float>(colour.red) / 255.0F;
      to[1][x] = static_cast<float>(colour.green) / 255.0F;
      to[2][x] = static_cast<float>(colour.blue) / 255.0F;
    }
  }

  const Header& header_;
  const Palette& palette_;
  png_bytep row_;  // of one pass, a sample in one byte or two
  float* image_;   // (C, H, W)
};

}  // namespace

Tensor load_png(const std::string& path, const LoadImageOptions& options, Where where) {
  const FileCall call{"load_png", path, where};
  check::require<ValueError>(call, options.max_pixels >= 1, {},
                             "max_pixels must be at least 1, not {} [value-out-of-range]",
                             options.max_pixels);
  Source source(call);
  const Header header = read_header(source, options, call);

  Png png(call, Png::Does::read);
  Palette palette;
  png.run([&] {
    png_set_read_fn(png.get(), &source, Source::read);
    png_set_user_limits(png.get(), detail::kMostPngSide, detail::kMostPngSide);
    // Optional chunks are passed over, unpacked as little as kept; their checksums count all the
    // same.
    png_set_keep_unknown_chunks(png.get(), PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    constexpr std::array<png_byte, 5> transparency = {'t', 'R', 'N', 'S', '\0'};
    png_set_keep_unknown_chunks(png.get(), PNG_HANDLE_CHUNK_NEVER, transparency.data(), 1);
    png_set_crc_action(png.get(), PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_benign_errors(png.get(), 0);
    png_read_info(png.get(), png.info());
    png_set_packing(png.get());
    png_read_update_info(png.get(), png.info());
    png_get_PLTE(png.get(), png.info(), &palette.colours, &palette.count);
  });

  std::vector<png_byte> row(png_get_rowbytes(png.get(), png.info()));
  Tensor image = empty_tensor(
      {header.has_palette ? 3 : header.channels, header.height, header.width}, float32);
  const Rows rows(header, palette, row.data(), image.raw<float>());
  png.run([&] {
    rows.read(png.get());
    png_read_end(png.get(), nullptr);
  });
  return image;
}

}  // namespace retrograd
