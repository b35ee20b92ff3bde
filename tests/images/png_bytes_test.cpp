// PNG files as load_image() reads them: bytes, with the channels that are wanted.
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/images/image.h>
#include <retrograd/images/png.h>
#include <retrograd/retrograd.h>

#include "images/jpeg_files.h"
#include "images/png_files.h"

namespace rg = retrograd;
using test::chunk;
using test::png;

namespace {

rg::Tensor decode(const std::string& bytes, const rg::LoadImageOptions& options = {}) {
  return rg::decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                          options);
}

using Bytes = std::vector<std::uint8_t>;

Bytes values(const std::string& bytes, rg::ImageMode mode) {
  return decode(bytes, {.mode = mode}).to_vector<std::uint8_t>();
}

}  // namespace

TEST_CASE("load_image: PNG samples of 1, 2, 4 and 16 bits become bytes") {
  constexpr auto stored = rg::ImageMode::unchanged;
  CHECK(values(png({3, 1, 1, 0}, {0, '\xa0'}), stored) == Bytes{255, 0, 255});
  CHECK(values(png({4, 1, 2, 0}, {0, '\x1b'}), stored) == Bytes{0, 85, 170, 255});
  CHECK(values(png({2, 1, 4, 0}, {0, '\x3f'}), stored) == Bytes{51, 255});
  CHECK(values(png({2, 1, 16, 0}, {0, '\x12', '\xff', '\xfe', '\0'}), stored) == Bytes{18, 254});
  const std::string colour = png({1, 1, 16, 2}, {0, 1, '\xff', 2, 3, '\x80', '\x80'});
  CHECK(values(colour, stored) == Bytes{1, 2, 128});
  const rg::Tensor exact = decode(colour, {.dtype = rg::float32});
  CHECK(exact.at({2, 0, 0}) == doctest::Approx(32896.0 / 65535));
  CHECK(decode(colour, {.mode = rg::ImageMode::gray, .dtype = rg::float64}).at({0, 0, 0}) ==
        doctest::Approx((0.299 * 511 + 0.587 * 515 + 0.114 * 32896) / 65535));
}

TEST_CASE("load_image: channels of a PNG image") {
  using rg::ImageMode;
  const std::string grey_alpha = png({2, 1, 8, 4}, {0, 1, 2, 3, 4});
  CHECK(values(grey_alpha, ImageMode::unchanged) == Bytes{1, 3, 2, 4});
  CHECK(values(grey_alpha, ImageMode::gray) == Bytes{1, 3});
  CHECK(values(grey_alpha, ImageMode::rgb) == Bytes{1, 3, 1, 3, 1, 3});
  const std::string alpha = png({1, 1, 8, 6}, {0, 100, 50, '\xc8', 7});
  CHECK(values(alpha, ImageMode::unchanged) == Bytes{100, 50, 200, 7});
  CHECK(values(alpha, ImageMode::gray) == Bytes{82});  // 29.9 + 29.35 + 22.8
  CHECK(values(alpha, ImageMode::rgb) == Bytes{100, 50, 200});
  const std::string colours = chunk("PLTE", {'\xff', 0, 0, 0, '\xff', 0, 1, 2, 3});
  const std::string painted = png({3, 1, 2, 3}, {0, '\x24'}, colours);  // 0 2 1
  CHECK(values(painted, ImageMode::unchanged) == Bytes{255, 1, 0, 0, 2, 255, 0, 3, 0});
  CHECK(values(painted, ImageMode::gray) == Bytes{76, 2, 150});
}

TEST_CASE("load_image: bytes of a PNG image are its floating values, times 255") {
  for (const int colour : {0, 2, 4, 6}) {
    const unsigned channels = colour == 0 ? 1 : colour == 2 ? 3 : colour == 4 ? 2 : 4;
    std::string rows;
    for (unsigned y = 0; y < 5; ++y) {
      rows += '\0';
      for (unsigned x = 0; x < 7 * channels; ++x) {
        rows += static_cast<char>(31 * x + 57 * y);
      }
    }
    const std::string file = png({7, 5, 8, colour}, rows);
    const rg::Tensor floating = test::read(file);
    const rg::Tensor bytes = decode(file, {.mode = rg::ImageMode::unchanged});
    CHECK(rg::round(255 * floating).to_vector<double>() == bytes.to_vector<double>());
  }
}

TEST_CASE("load_image: the chunk eXIf turns a PNG image") {
  const std::string pixels = {0, 1, 2, 3, 0, 4, 5, 6};
  const std::string file = png({3, 2, 8, 0}, pixels, chunk("eXIf", test::exif(6, true)));
  const rg::Tensor turned = decode(file, {.mode = rg::ImageMode::gray});
  CHECK(turned.shape() == rg::Shape{1, 3, 2});
  CHECK(turned.to_vector<std::uint8_t>() == Bytes{4, 1, 5, 2, 6, 3});
  const rg::LoadImageOptions stored = {.mode = rg::ImageMode::gray,
                                       .apply_exif_orientation = false};
  CHECK(decode(file, stored).to_vector<std::uint8_t>() == Bytes{1, 2, 3, 4, 5, 6});
  CHECK(test::read(file).shape() == rg::Shape{1, 2, 3});
  for (const std::string& damaged : {std::string(), std::string("II"), test::exif(9)}) {
    const std::string other = png({3, 2, 8, 0}, pixels, chunk("eXIf", damaged));
    CHECK(decode(other).shape() == rg::Shape{3, 2, 3});
  }
}
