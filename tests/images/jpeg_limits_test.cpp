// JPEG files that are damaged, and what a file may make the reader take.
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/images/jpeg.h>
#include <retrograd/retrograd.h>

#include "images/each_failure.h"
#include "images/jpeg_files.h"
#include "images/standard_error.h"
#include "unit/io_temp_files.h"
#include "unit/peak_rss.h"

namespace rg = retrograd;
using test::jpeg;

namespace {

const std::string kNone = "(nothing was thrown)";

rg::Tensor decode(const std::string& bytes, const rg::LoadImageOptions& options = {}) {
  return rg::decode_jpeg({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                         options);
}

std::string refusal(const std::string& bytes) {
  return test::message_of<rg::IoError>([&] { decode(bytes); });
}

// Where the nth marker of this kind is.
std::size_t position(const std::string& file, unsigned char marker, int nth = 1) {
  std::size_t at = 0;
  for (; nth > 0; --nth) {
    at = file.find(std::string{'\xff', static_cast<char>(marker)}, at + 1);
    REQUIRE(at != std::string::npos);
  }
  return at;
}

constexpr unsigned char kSof0 = 0xc0;
constexpr unsigned char kSof2 = 0xc2;
constexpr unsigned char kSos = 0xda;
constexpr unsigned char kEoi = 0xd9;
constexpr unsigned char kRst1 = 0xd1;

std::string with_byte(std::string file, std::size_t at, int byte) {
  file.at(at) = static_cast<char>(byte);
  return file;
}

}  // namespace

TEST_CASE("JPEG: a file that is cut anywhere is refused") {
  for (const std::string& whole :
       {jpeg({}), jpeg({.is_progressive = true}), jpeg({.restart = 1}),
        jpeg({.components = 4, .space = JCS_YCCK}), jpeg({.is_interleaved = false}),
        jpeg({.is_arithmetic = true})}) {
    REQUIRE(decode(whole).numel() > 0);
    int passed = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
      passed += refusal(whole.substr(0, length)) == kNone ? 1 : 0;
    }
    CHECK(passed == 0);
    test::check_contains(refusal(whole.substr(0, whole.size() / 2)), "truncated");
  }
}

TEST_CASE("JPEG: pixels that are missing before the end marker are an error, not grey") {
  for (const bool progressive : {false, true}) {
    const std::string whole = jpeg({.width = 90, .height = 70, .is_progressive = progressive});
    const std::string end = whole.substr(whole.size() - 2);
    const std::string message = refusal(whole.substr(0, whole.size() - 300) + end);
    test::check_contains(message, "its pixels are damaged, or not as many as its header says");
    test::check_contains(message, "[file-malformed]");
  }
}

TEST_CASE("JPEG: bytes between the pixels and the next marker are ignored, as PIL does") {
  const std::string whole = jpeg({});
  const std::size_t end = position(whole, kEoi);
  const rg::Tensor image = decode(whole);
  const std::string more = whole.substr(0, end) + "more" + whole.substr(end);
  CHECK(decode(more).to_vector<double>() == image.to_vector<double>());
  CHECK(decode(whole + "and more behind it").to_vector<double>() == image.to_vector<double>());
}

TEST_CASE("JPEG: a restart marker that is missing or another one is an error") {
  const std::string whole = jpeg({.width = 100, .height = 80, .restart = 2});
  const std::size_t at = position(whole, kRst1);
  test::check_contains(refusal(with_byte(whole, at + 1, 0xd5)), "damaged");
  test::check_contains(refusal(whole.substr(0, at) + whole.substr(at + 2)), "damaged");
}

TEST_CASE("JPEG: images that the format has and the reader has not") {
  const std::string grey = jpeg({.components = 1});
  const std::string twelve_bits = with_byte(grey, position(grey, kSof0) + 4, 12);
  test::check_contains(refusal(twelve_bits), "precision 12");
  test::check_contains(refusal(twelve_bits), "[file-unsupported]");
  test::check_contains(refusal(with_byte(grey, position(grey, kSof0) + 1, 0xc3)), "0xc3");
  test::check_contains(refusal(jpeg({.components = 2, .across = 1, .down = 1})),
                       "it has 2 components instead of 1, 3 or 4");
  const std::string whole = jpeg({.is_interleaved = false});
  const std::size_t last = position(whole, kSos, 3);
  const std::size_t end = whole.size() - 2;
  std::string scans = whole.substr(0, end);
  for (int i = 0; i < 600; ++i) {
    scans += whole.substr(last, end - last);
  }
  test::check_contains(refusal(scans + whole.substr(end)), "it has more than 500 scans");
}

TEST_CASE("JPEG: a component without pixels is an error") {
  const std::string scans = jpeg({.is_interleaved = false});
  const std::string end = scans.substr(scans.size() - 2);
  for (const int nth : {2, 3}) {
    test::check_contains(refusal(scans.substr(0, position(scans, kSos, nth)) + end),
                         "it has no pixels for one of its components");
  }
}

TEST_CASE("JPEG: headers that are malformed") {
  const std::string good = jpeg({});
  test::check_contains(refusal(""), "it is not a JPEG file");
  test::check_contains(refusal("\xff\xd8"), "it is not a JPEG file");
  test::check_contains(refusal("\xff\xd8\xff"), "truncated");
  test::check_contains(refusal(std::string("\xff\xd8\xff\xd9", 4)), "no image");
  const std::size_t sof = position(good, kSof0);
  const auto with_size = [&](unsigned height, unsigned width) {
    std::string file = good;
    file[sof + 5] = static_cast<char>(height >> 8);
    file[sof + 6] = static_cast<char>(height & 255);
    file[sof + 7] = static_cast<char>(width >> 8);
    file[sof + 8] = static_cast<char>(width & 255);
    return file;
  };
  test::check_contains(refusal(with_size(0, 37)), "Empty JPEG image");
  test::check_contains(refusal(with_size(29, 0)), "Empty JPEG image");
  test::check_contains(refusal(with_size(65535, 37)), "65500");
  test::check_contains(refusal(with_size(60000, 60000)), "more than max_pixels, 64000000");
  test::check_contains(refusal(with_size(8000, 8000)), "8000 x 8000 pixels cannot be in");
  test::check_contains(refusal(with_size(2900, 37)), "pixels are damaged");
  CHECK(refusal(good.substr(0, position(good, kSos)) + good.substr(good.size() - 2)) != kNone);
}

TEST_CASE("JPEG: a limit of pixels, before memory is allocated") {
  const std::string file = jpeg({.width = 6, .height = 5});
  CHECK(decode(file, {.max_pixels = 30}).numel() == 90);
  const auto message = [&](const rg::LoadImageOptions& options) {
    return test::message_of<rg::Error>([&] { decode(file, options); });
  };
  test::check_contains(message({.max_pixels = 29}), "its 6 x 5 pixels are more than max_pixels");
  test::check_contains(message({.max_pixels = 29}), "[image-too-large]");
  test::check_contains(message({.min_size = 1, .max_pixels = 29}), "[image-too-large]");
  std::string huge = jpeg({.is_arithmetic = true});  // any size may be in a few bytes
  const std::size_t sof = position(huge, 0xc9);
  for (const std::size_t at : {5U, 7U}) {
    huge[sof + at] = '\x7f';
  }
  std::string refused;
  CHECK(test::peak_growth([&] { refused = refusal(huge); }) < 1'000'000);
  test::check_contains(refused, "[image-too-large]");
}

TEST_CASE("JPEG: memory for the result and a few rows") {
  const test::TempFolder folder;
  const std::string path = folder.file("a.jpg");
  test::write_file(path, jpeg({.width = 1000, .height = 1000}));
  CHECK(test::peak_growth([&] { rg::load_jpeg(path); }) < 4'000'000 + test::shadow_of(3'000'000));
  std::filesystem::resize_file(path, std::uintmax_t{3} << 30);  // sparse
  CHECK(test::peak_growth([&] { rg::load_jpeg(path); }) < 4'000'000 + test::shadow_of(3'000'000));
}

TEST_CASE("JPEG: any byte may be another, and the reader returns or throws") {
  const std::string written = test::standard_error([] {
    for (const std::string& whole :
         {jpeg({.width = 20, .height = 17, .restart = 1, .exif = test::exif(6)}),
          jpeg({.width = 20, .height = 17, .is_progressive = true})}) {
      for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int change : {1, 0x80, 0xff}) {
          const std::string changed = with_byte(whole, at, whole[at] ^ change);
          const std::string message =
              test::message_of<rg::Error>([&] { decode(changed, {.max_pixels = 10000}); });
          CHECK((message == kNone || message.find("[file-") != std::string::npos ||
                 message.find("[image-too-large]") != std::string::npos));
        }
      }
    }
  });
  CHECK(written.empty());
}

TEST_CASE("JPEG: any allocation, and any read or write, may fail") {
  const test::TempFolder folder;
  const std::string path = folder.file("a.jpg");
  const rg::Tensor image = rg::rand({3, 200, 300});
  rg::save_jpeg(image, path);
  const std::string old = test::read_file(path);
  REQUIRE(old.size() > 30'000);
  test::write_file(path, jpeg({.exif = test::exif(3)}));
  test::check_each_failure("read", [&] { rg::load_jpeg(path); });
  test::write_file(path, old);
  test::check_each_failure("read", [&] { rg::load_jpeg(path); });
  test::check_each_failure("write", [&] { rg::save_jpeg(image, path); });
  CHECK(test::read_file(path) == old);
  CHECK(folder.count() == 1);
}
