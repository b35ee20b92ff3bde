// Images written and read, and files that other programs write.
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/images/png.h>
#include <retrograd/retrograd.h>

#include "images/png_files.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

using test::chunk;
using test::header;
using test::kSignature;
using test::packed;
using test::png;
using test::read;
using test::refusal;

std::vector<double> in_bytes(const rg::Tensor& image) {
  return rg::round(255 * image).to_vector<double>();
}

rg::Tensor written_and_read(const rg::Tensor& image) {
  const test::TempFolder folder;
  rg::save_png(image, folder.file("a.png"));
  return rg::load_png(folder.file("a.png"));
}

}  // namespace

TEST_CASE("PNG: images of 1 to 4 channels come back as they were, whatever their strides") {
  rg::manual_seed(1);
  for (std::int64_t channels = 1; channels <= 4; ++channels) {
    const rg::Tensor bytes = rg::randint(0, 256, {channels, 5, 7}).to(rg::uint8);
    CHECK(in_bytes(written_and_read(bytes)) == bytes.to_vector<double>());
    const rg::Tensor turned = rg::transpose(bytes, 1, 2);
    CHECK(in_bytes(written_and_read(turned)) == turned.to_vector<double>());
    const rg::Tensor floating = bytes.to(rg::float64) / 255.0;
    CHECK(in_bytes(written_and_read(floating)) == bytes.to_vector<double>());
  }
  const rg::Tensor grey = rg::tensor({{0.0, 1.0}, {0.5, 0.25}, {0.2, 0.8}});
  const rg::Tensor back = written_and_read(grey);
  CHECK(back.shape() == rg::Shape{1, 3, 2});
  CHECK(back.dtype() == rg::float32);
  CHECK(in_bytes(back) == std::vector<double>{0, 255, 128, 64, 51, 204});
}

TEST_CASE("PNG: values outside [0, 1] are cut off, NaN is dark, true is bright") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const rg::Tensor wild = rg::tensor({{-1.0, 2.0, nan, infinity, -infinity}});
  CHECK(in_bytes(written_and_read(wild)) == std::vector<double>{0, 255, 0, 255, 0});
  CHECK(in_bytes(written_and_read(rg::tensor({{true, false}}))) == std::vector<double>{255, 0});
}

TEST_CASE("PNG: images that cannot be written are refused, and the old file stays") {
  const test::TempFolder folder;
  const std::string path = folder.file("a.png");
  rg::save_png(rg::ones({2, 2}), path);
  const std::string old = test::read_file(path);
  CHECK_THROWS_AS(rg::save_png(rg::ones({5, 2, 2}), path), rg::ShapeError);
  CHECK_THROWS_AS(rg::save_png(rg::ones({2}), path), rg::ShapeError);
  CHECK_THROWS_AS(rg::save_png(rg::ones({1, 3, 2, 2}), path), rg::ShapeError);
  CHECK_THROWS_AS(rg::save_png(rg::ones({3, 0, 2}), path), rg::ShapeError);
  CHECK_THROWS_AS(rg::save_png(rg::ones({1, 1'000'001}), path), rg::ShapeError);
  CHECK_THROWS_AS(rg::save_png(rg::arange(4).to(rg::int64), path), rg::DTypeError);
  CHECK_THROWS_AS(rg::save_png(rg::Tensor(), path), rg::DTypeError);
  CHECK_THROWS_AS(rg::save_png(rg::ones({2, 2}), folder.file("no/a.png")), rg::IoError);
  CHECK(test::read_file(path) == old);
  CHECK(folder.count() == 1);
}

TEST_CASE("PNG: all five filters") {
  // Each row says 10 20 30 / 40 50 60 as differences from its filter's guess.
  const std::string lines = {
      0, 10,  20,  30,   //
      1, 40,  10,  10,   // left
      2, -30, -30, -30,  // above: 10 20 30
      3, 35,  20,  20,   // (left + above) / 2: 40 50 60
      4, 30,  0,   0,    // nearest of left, above, corner to left + above - corner: 70 70 60
  };
  const std::vector<double> expected = {10, 20, 30, 40, 50, 60, 10, 20, 30, 40, 50, 60, 70, 70, 70};
  CHECK(in_bytes(read(png({3, 5, 8, 0}, lines))) == expected);
}

TEST_CASE("PNG: samples of 1, 2, 4 and 16 bits, and palettes") {
  CHECK(read(png({3, 1, 1, 0}, {0, '\xa0'})).to_vector<double>() == std::vector<double>{1, 0, 1});
  CHECK(in_bytes(read(png({4, 1, 2, 0}, {0, '\x1b'}))) == std::vector<double>{0, 85, 170, 255});
  CHECK(in_bytes(read(png({2, 1, 4, 0}, {0, '\x0f'}))) == std::vector<double>{0, 255});
  const rg::Tensor fine = read(png({2, 1, 16, 0}, {0, '\x80', 0, '\xff', '\xff'}));
  CHECK(fine.at({0, 0, 0}) == doctest::Approx(32768.0 / 65535));
  CHECK(fine.at({0, 0, 1}) == 1);
  const std::string colours = chunk("PLTE", {'\xff', 0, 0, 0, '\xff', 0, 1, 2, 3});
  const rg::Tensor painted = read(png({3, 1, 2, 3}, {0, '\x24'}, colours));  // 0 2 1
  CHECK(painted.shape() == rg::Shape{3, 1, 3});
  CHECK(in_bytes(painted) == std::vector<double>{255, 1, 0, 0, 2, 255, 0, 3, 0});
  test::check_contains(refusal(png({1, 1, 2, 3}, {0, '\xc0'}, colours)), "not in the palette");
}

TEST_CASE("PNG: pixels in several chunks, and chunks that may be passed over") {
  const std::string pixels = packed({0, 1, 2, 3});
  const std::string bytes = kSignature + header({3, 1, 8, 0}) + chunk("tEXt", "Title\0x") +
                            chunk("IDAT", pixels.substr(0, 5)) + chunk("IDAT", pixels.substr(5)) +
                            chunk("IEND", "") + "what follows is not part of the image";
  CHECK(in_bytes(read(bytes)) == std::vector<double>{1, 2, 3});
}

TEST_CASE("PNG: malformed files are refused with what is wrong") {
  const std::string good = png({3, 1, 8, 0}, {0, 1, 2, 3});
  test::check_contains(refusal(""), "not a PNG file");
  test::check_contains(refusal("GIF89a and so on"), "not a PNG file");
  test::check_contains(refusal(png({3, 1, 8, 0, 2}, {0, 1, 2, 3})), "interlaced");
  test::check_contains(refusal(png({0, 1, 8, 0}, {0})), "0 x 1");
  test::check_contains(refusal(png({3, 1, 3, 0}, {0, 1, 2, 3})), "3 bits a sample");
  test::check_contains(refusal(png({3, 1, 8, 1}, {0, 1, 2, 3})), "colour type 1");
  test::check_contains(refusal(png({3, 1, 16, 3}, {0, 1, 2, 3})), "colour type 3");
  test::check_contains(refusal(png({3, 1, 8, 0}, {5, 1, 2, 3})), "unknown filter");
  test::check_contains(refusal(png({3, 1, 8, 0}, {0, 1, 2})), "not as many");
  test::check_contains(refusal(png({3, 1, 8, 0}, {0, 1, 2, 3, 4})), "not as many");
  test::check_contains(refusal(png({3, 1, 8, 0}, {0, 1, 2, 3}, chunk("CgBI", ""))), "'CgBI'");
  test::check_contains(refusal(kSignature + chunk("IDAT", "")), "out of place");
  test::check_contains(refusal(kSignature + header({3, 1, 8, 0}) + header({3, 1, 8, 0})),
                       "out of place");
  test::check_contains(refusal(kSignature + chunk("IHDR", "short")), "5 bytes instead of 13");
  // A header may promise anything.
  test::check_contains(refusal(png({0x7fffffff, 0x7fffffff, 16, 6}, {0})), "cannot be in");
}

TEST_CASE("PNG: a file that is cut anywhere, or has any byte changed, never passes for another") {
  const std::string good = png({3, 2, 8, 2}, std::string(20, '\0'));
  const std::size_t end = good.size();
  for (std::size_t length = 0; length < end; ++length) {
    CAPTURE(length);
    CHECK(refusal(good.substr(0, length)) != "(nothing was thrown)");
  }
  for (std::size_t at = 0; at < end; ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 0x11);
    CAPTURE(at);
    CHECK(refusal(changed) != "(nothing was thrown)");
  }
}
