#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <retrograd/images/detail/decode.h>
#include <retrograd/images/detail/exif.h>
#include <retrograd/images/detail/png.h>
#include <retrograd/images/detail/png_header.h>
#include <retrograd/images/png.h>

namespace retrograd {

namespace {

using detail::FileCall;
using detail::Png;
using detail::PngHeader;
using detail::Source;

// For png_set_read_fn.
void read(png_structp png, png_bytep to, std::size_t count) {
  auto& source = *static_cast<Source*>(png_get_io_ptr(png));
  std::size_t got = 0;
  Png::of(png).guard([&] { got = source.read_some(to, count); });
  if (got != count) {
    Png::of(png).stop_truncated();
  }
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

// Reads all rows to the planes of an image of T: bytes, or numbers from 0 to 1.
template <class T>
class Rows {
 public:
  Rows(const PngHeader& header, const Palette& palette, png_bytep row, T* image)
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
  T* plane_row(unsigned channel, std::uint32_t y) const {
    return image_ + (std::size_t{channel} * header_.height + y) * header_.width;
  }

  static T value(int sample, float largest) {
    if constexpr (std::is_same_v<T, float>) {
      return static_cast<float>(sample) / largest;
    } else {
      return static_cast<T>(sample);
    }
  }

  void place_samples(const Pass& pass, std::uint32_t y) const {
    const auto largest = static_cast<float>((1U << header_.depth) - 1);
    const bool are_wide = std::is_same_v<T, float> && header_.depth == 16;
    for (unsigned c = 0; c < header_.channels; ++c) {
      T* to = plane_row(c, y);
      std::size_t at = c;
      for (std::uint32_t x = pass.x; x < header_.width; x += pass.dx, at += header_.channels) {
        const int sample = are_wide ? row_[2 * at] << 8 | row_[2 * at + 1] : row_[at];
        to[x] = value(sample, largest);
      }
    }
  }

  void place_colours(png_structp png, const Pass& pass, std::uint32_t y) const {
    const std::array<T*, 3> to = {plane_row(0, y), plane_row(1, y), plane_row(2, y)};
    const png_byte* index = row_;
    for (std::uint32_t x = pass.x; x < header_.width; x += pass.dx, ++index) {
      if (*index >= palette_.count) {
        Png::of(png).stop("a pixel has a colour that is not in the palette");
      }
      const png_color& colour = palette_.colours[*index];
      to[0][x] = value(colour.red, 255);
      to[1][x] = value(colour.green, 255);
      to[2][x] = value(colour.blue, 255);
    }
  }

  const PngHeader& header_;
  const Palette& palette_;
  png_bytep row_;  // of one pass, a sample in one byte, or in two for floats of 16 bits
  T* image_;       // (C, H, W)
};

// Has optional chunks passed over, unpacked as little as kept; their checksums count all the same.
void ignore_chunks(png_structp png, bool but_exif) {
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  constexpr std::array<png_byte, 5> transparency = {'t', 'R', 'N', 'S', '\0'};
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, transparency.data(), 1);
  if (but_exif) {
    constexpr std::array<png_byte, 5> exif = {'e', 'X', 'I', 'f', '\0'};
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, exif.data(), 1);
  }
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_benign_errors(png, 0);
}

// Of the chunk eXIf, which is the only one that is kept.
int orientation_of(const Png& png) {
  png_unknown_chunkp chunks = nullptr;
  if (png_get_unknown_chunks(png.get(), png.info(), &chunks) == 0) {
    return 1;
  }
  return detail::exif_orientation({reinterpret_cast<const char*>(chunks->data), chunks->size});
}

}  // namespace

detail::Decoded detail::decode_png(Source& source, const LoadImageOptions& options,
                                   const FileCall& call) {
  const PngHeader header = read_png_header(source, options.max_pixels, call);
  const DType dtype = options.dtype == uint8 ? uint8 : float32;

  Png png(call, Png::Does::read);
  Palette palette;
  png.run([&] {
    png_set_read_fn(png.get(), &source, read);
    png_set_user_limits(png.get(), kMostPngSide, kMostPngSide);
    ignore_chunks(png.get(), options.apply_exif_orientation);
    png_read_info(png.get(), png.info());
    png_set_packing(png.get());
    if (dtype == uint8) {
      png_set_strip_16(png.get());
      if (!header.has_palette && header.depth < 8) {
        png_set_expand_gray_1_2_4_to_8(png.get());
      }
    }
    png_read_update_info(png.get(), png.info());
    png_get_PLTE(png.get(), png.info(), &palette.colours, &palette.count);
  });

  std::vector<png_byte> row(png_get_rowbytes(png.get(), png.info()));
  Decoded decoded;
  decoded.image =
      empty_tensor({header.has_palette ? 3 : header.channels, header.height, header.width}, dtype);
  png.run([&] {
    if (dtype == uint8) {
      Rows(header, palette, row.data(), decoded.image.raw<std::uint8_t>()).read(png.get());
    } else {
      Rows(header, palette, row.data(), decoded.image.raw<float>()).read(png.get());
    }
    png_read_end(png.get(), png.info());
  });
  if (options.apply_exif_orientation) {
    decoded.orientation = orientation_of(png);
  }
  return decoded;
}

Tensor load_png(const std::string& path, const LoadPngOptions& options, Where where) {
  const FileCall call{"load_png", path, where};
  const LoadImageOptions all = {.mode = ImageMode::unchanged,
                                .dtype = float32,
                                .apply_exif_orientation = false,
                                .max_pixels = options.max_pixels};
  detail::check_options(call, all);
  Source source(call);
  return detail::decode_png(source, all, call).image;
}

}  // namespace retrograd
