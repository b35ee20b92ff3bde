// Interlaced images, and what a file may make the reader take.
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/images/png.h>
#include <retrograd/retrograd.h>

#include "images/each_failure.h"
#include "images/png_files.h"
#include "images/standard_error.h"
#include "unit/peak_rss.h"

namespace rg = retrograd;
using test::chunk;
using test::Format;
using test::packed;
using test::png;
using test::read;
using test::refusal;

namespace {

unsigned channels_of(const Format& format) {
  return format.colour == 2 ? 3 : format.colour == 4 ? 2 : format.colour == 6 ? 4 : 1;
}

// The bits of a sample, the same whatever else is in a row.
unsigned sample(const Format& format, std::uint32_t x, std::uint32_t y, unsigned channel) {
  const std::uint64_t bits = rg::random_bits({1, 0}, (y * 1000 + x) * 4 + channel);
  return static_cast<unsigned>(bits & ((1U << format.depth) - 1));
}

// Unfiltered rows of the pixels from (x, y) on, in steps.
std::string rows(const Format& format, std::uint32_t x0, std::uint32_t dx, std::uint32_t y0,
                 std::uint32_t dy) {
  std::string bytes;
  for (std::uint32_t y = y0; x0 < format.width && y < format.height; y += dy) {
    bytes += '\0';
    unsigned byte = 0;
    int bits = 0;
    for (std::uint32_t x = x0; x < format.width; x += dx) {
      for (unsigned c = 0; c < channels_of(format); ++c) {
        for (int bit = format.depth - 1; bit >= 0; --bit) {
          byte = byte << 1 | (sample(format, x, y, c) >> bit & 1U);
          if (++bits == 8) {
            bytes += static_cast<char>(byte);
            byte = 0;
            bits = 0;
          }
        }
      }
    }
    if (bits > 0) {
      bytes += static_cast<char>(byte << (8 - bits));
    }
  }
  return bytes;
}

// The passes of the format's specification.
std::string interlaced_rows(const Format& format) {
  return rows(format, 0, 8, 0, 8) + rows(format, 4, 8, 0, 8) + rows(format, 0, 4, 4, 8) +
         rows(format, 2, 4, 0, 4) + rows(format, 0, 2, 2, 4) + rows(format, 1, 2, 0, 2) +
         rows(format, 0, 1, 1, 2);
}

std::string palette(int colours) {
  std::string bytes;
  for (int i = 0; i < 3 * colours; ++i) {
    bytes += static_cast<char>(7 * i);
  }
  return chunk("PLTE", bytes);
}

}  // namespace

TEST_CASE("PNG: interlaced images of every format and of small sizes") {
  const std::vector<Format> formats = {{0, 0, 1, 0},  {0, 0, 2, 0}, {0, 0, 4, 0},  {0, 0, 8, 0},
                                       {0, 0, 16, 0}, {0, 0, 8, 2}, {0, 0, 16, 2}, {0, 0, 1, 3},
                                       {0, 0, 2, 3},  {0, 0, 4, 3}, {0, 0, 8, 3},  {0, 0, 8, 4},
                                       {0, 0, 16, 4}, {0, 0, 8, 6}, {0, 0, 16, 6}};
  for (Format format : formats) {
    const std::string before = format.colour == 3 ? palette(1 << format.depth) : "";
    for (format.width = 1; format.width <= 9; ++format.width) {
      for (format.height = 1; format.height <= 9; ++format.height) {
        format.interlace = 0;
        const rg::Tensor plain = read(png(format, rows(format, 0, 1, 0, 1), before));
        format.interlace = 1;
        const rg::Tensor interlaced = read(png(format, interlaced_rows(format), before));
        INFO(format.width << " x " << format.height << ", depth " << format.depth << ", colour "
                          << format.colour);
        CHECK(plain.to_vector<double>() == interlaced.to_vector<double>());
        if (format.colour != 3) {
          CHECK(plain.at({0, 0, 0}) ==
                doctest::Approx(sample(format, 0, 0, 0) / ((1 << format.depth) - 1.0)));
        }
      }
    }
  }
}

TEST_CASE("PNG: transparency beside the pixels is passed over") {
  const std::string colours = palette(2);
  const std::string transparent = chunk("tRNS", {0, '\x80'});
  const rg::Tensor painted = read(png({2, 1, 1, 3}, {0, '\x40'}, colours + transparent));
  CHECK(painted.shape() == rg::Shape{3, 1, 2});
  CHECK(rg::round(255 * painted).to_vector<double>() == std::vector<double>{0, 21, 7, 28, 14, 35});
  CHECK(read(png({1, 1, 8, 0}, {0, 9}, chunk("tRNS", {0, 9}))).shape() == rg::Shape{1, 1, 1});
}

TEST_CASE("PNG: a limit of pixels, which is an option") {
  const test::TempFolder folder;
  const std::string path = folder.file("a.png");
  test::write_file(path, png({3, 2, 8, 0}, std::string(8, '\0')));
  const auto message = [&](std::int64_t most) {
    return test::message_of<rg::Error>([&] { rg::load_png(path, {.max_pixels = most}); });
  };
  CHECK(rg::load_png(path, {.max_pixels = 6}).numel() == 6);
  test::check_contains(message(5), "its 3 x 2 pixels are more than max_pixels, 5");
  test::check_contains(message(0), "load_png: max_pixels must be at least 1, not 0");
  test::check_contains(message(-1), "not -1");

  std::string refused;
  const std::string bomb = png({8192, 8192, 1, 3}, std::string(8192 * 1025, '\0'), palette(2));
  CHECK(bomb.size() < 9000);
  CHECK(test::peak_growth([&] { refused = refusal(bomb); }) < 1'000'000);
  test::check_contains(refused, "its 8192 x 8192 pixels are more than max_pixels, 64000000");
  test::check_contains(refusal(png({1'000'001, 1, 1, 0}, std::string(125'002, '\0'))),
                       "its size is 1000001 x 1");
}

TEST_CASE("PNG: the signature is looked at first, then the header") {
  const test::TempFolder folder;
  const std::string path = folder.file("a.png");
  for (const std::string& start : {std::string(), test::kSignature}) {
    test::write_file(path, start);
    std::filesystem::resize_file(path, std::uintmax_t{3} << 30);  // sparse
    std::string message;
    CHECK(test::peak_growth([&] {
            message = test::message_of<rg::IoError>([&] { rg::load_png(path); });
          }) < 1'000'000);
    test::check_contains(message, start.empty() ? "not a PNG file" : "is out of place");
  }
}

TEST_CASE("PNG: memory for the result and a few rows, interlaced or not") {
  const test::TempFolder folder;
  for (const int interlace : {0, 1}) {
    const Format format = {1000, 1000, 8, 2, interlace};
    test::write_file(folder.file("a.png"), png(format, interlace == 1 ? interlaced_rows(format)
                                                                      : rows(format, 0, 1, 0, 1)));
    CHECK(test::peak_growth([&] { rg::load_png(folder.file("a.png")); }) <
          13'500'000 + test::shadow_of(12'000'000));
  }
  const rg::Tensor image = rg::rand({3, 1000, 1000});
  CHECK(test::peak_growth([&] { rg::save_png(image, folder.file("b.png")); }) < 2'000'000);
}

TEST_CASE("PNG: optional chunks are not unpacked, and their damage is found") {
  const std::string zeros = packed(std::string(100'000'000, '\0'));
  const std::string pixels = {0, 1, 2, 3};
  for (const std::string& bomb : {chunk("zTXt", std::string("k\0\0", 3) + zeros),
                                  chunk("iTXt", std::string("k\0\1\0\0\0", 6) + zeros),
                                  chunk("iCCP", std::string("k\0\0", 3) + zeros),
                                  chunk("quIt", std::string(5'000'000, 'x'))}) {
    const std::string file = png({3, 1, 8, 0}, pixels, bomb);
    CHECK(test::peak_growth([&] { CHECK(read(file).numel() == 3); }) < 1'000'000);
    std::string damaged = file;
    damaged[100] ^= 1;
    test::check_contains(refusal(damaged), "CRC error");
  }
}

TEST_CASE("PNG: nothing is written to standard error") {
  const std::string written = test::standard_error([] {
    const std::string good = png({3, 1, 8, 2}, std::string(10, '\0'), chunk("gAMA", "x"));
    read(good);
    for (std::size_t length = 0; length < good.size(); ++length) {
      refusal(good.substr(0, length));
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::string changed = good;
      changed[at] ^= 1;
      refusal(changed);
    }
  });
  CHECK(written.empty());
}

TEST_CASE("PNG: any allocation, and any read or write, may fail") {
  const test::TempFolder folder;
  const std::string path = folder.file("a.png");
  const rg::Tensor image = rg::rand({3, 20, 30});
  rg::save_png(image, path);
  const std::string old = test::read_file(path);
  test::check_each_failure("read", [&] { rg::load_png(path); });
  test::check_each_failure("write", [&] { rg::save_png(image, path); });
  CHECK(test::read_file(path) == old);
  CHECK(folder.count() == 1);
}
