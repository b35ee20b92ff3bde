// JPEG files: what is read of each kind, and what is written. compare_pil.py compares the pixels.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/images/image.h>
#include <retrograd/images/jpeg.h>
#include <retrograd/images/png.h>
#include <retrograd/retrograd.h>

#include "images/jpeg_files.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::jpeg;

namespace {

std::span<const std::uint8_t> span_of(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

rg::Tensor decode(const std::string& bytes, const rg::LoadImageOptions& options = {}) {
  return rg::decode_jpeg(span_of(bytes), options);
}

bool equal(const rg::Tensor& a, const rg::Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         a.to_vector<double>() == b.to_vector<double>();
}

double largest_difference(const rg::Tensor& a, const rg::Tensor& b) {
  return rg::max(rg::abs(a.to(rg::float64) - b.to(rg::float64))).item<double>();
}

// What the files of this format hold.
rg::Tensor pixels(const test::JpegFormat& format) {
  std::vector<std::uint8_t> values;
  for (int c = 0; c < format.components; ++c) {
    for (unsigned y = 0; y < format.height; ++y) {
      for (unsigned x = 0; x < format.width; ++x) {
        values.push_back(test::pattern(x, y, c));
      }
    }
  }
  const rg::Tensor flat = rg::tensor(values).to(rg::uint8);
  return rg::reshape(flat, {format.components, format.height, format.width});
}

}  // namespace

TEST_CASE("JPEG: pixels of each kind are near those that were stored") {
  for (const bool progressive : {false, true}) {
    for (const int components : {1, 3, 4}) {
      const test::JpegFormat format = {.width = 45,
                                       .height = 31,
                                       .components = components,
                                       .space = components == 4 ? JCS_CMYK : JCS_YCbCr,
                                       .across = 1,
                                       .down = 1,
                                       .is_progressive = progressive,
                                       .quality = 100};
      rg::Tensor stored = pixels(format);
      if (components == 4) {
        stored = (255.0 - stored.to(rg::float32)).to(rg::uint8);
      }
      CAPTURE(components);
      const rg::Tensor read = decode(jpeg(format), {.mode = rg::ImageMode::unchanged});
      CHECK(read.shape() == stored.shape());
      CHECK(largest_difference(read, stored) <= 4);
      CHECK(decode(jpeg(format)).shape() == rg::Shape{3, 31, 45});
    }
  }
}

TEST_CASE("JPEG: grey is repeated for RGB, and RGB is weighted for grey") {
  const std::string grey = jpeg({.components = 1});
  const rg::Tensor one = decode(grey, {.mode = rg::ImageMode::gray});
  CHECK(equal(decode(grey), rg::cat({one, one, one}, 0)));
  CHECK(equal(decode(grey, {.mode = rg::ImageMode::unchanged}), one));

  const std::string colour = jpeg({});
  const std::vector<std::int64_t> rgb = decode(colour).to_vector<std::int64_t>();
  const std::vector<std::int64_t> weighted =
      decode(colour, {.mode = rg::ImageMode::gray}).to_vector<std::int64_t>();
  const std::size_t plane = weighted.size();
  CHECK(rgb.size() == 3 * plane);
  for (std::size_t i = 0; i < plane; ++i) {
    const double exact = 0.299 * static_cast<double>(rgb[i]) +
                         0.587 * static_cast<double>(rgb[plane + i]) +
                         0.114 * static_cast<double>(rgb[2 * plane + i]);
    CHECK(std::abs(exact - static_cast<double>(weighted[i])) < 0.51);
  }
}

TEST_CASE("JPEG: inverted CMYK becomes RGB") {
  const std::string file = jpeg({.components = 4, .space = JCS_YCCK});
  const rg::Tensor cmyk = decode(file, {.mode = rg::ImageMode::unchanged}).to(rg::float64);
  const rg::Tensor white = 255.0 - cmyk[3];
  const rg::Tensor exact = white * (255.0 - cmyk(rg::Slice{0, 3})) / 255.0;
  CHECK(largest_difference(decode(file), exact) <= 0.51);
}

TEST_CASE("JPEG: floating values are those of uint8 divided by 255") {
  const std::string file = jpeg({});
  const rg::Tensor bytes = decode(file);
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const rg::Tensor exact = bytes.to(dtype == rg::float64 ? rg::float64 : rg::float32) / 255.0;
    CHECK(equal(decode(file, {.dtype = dtype}), exact.to(dtype)));
  }
}

TEST_CASE("JPEG: EXIF data turn the image, of either byte order") {
  const rg::Tensor stored = decode(jpeg({}));
  const rg::Tensor across = rg::transpose(stored, 1, 2);
  const std::vector<rg::Tensor> turned = {
      stored, rg::flip(stored, {2}), rg::flip(stored, {1, 2}), rg::flip(stored, {1}),
      across, rg::flip(across, {2}), rg::flip(across, {1, 2}), rg::flip(across, {1})};
  for (int orientation = 0; orientation <= 9; ++orientation) {
    CAPTURE(orientation);
    for (const bool big_endian : {false, true}) {
      const std::string file = jpeg({.exif = test::exif(orientation, big_endian)});
      const bool is_known = orientation >= 1 && orientation <= 8;
      CHECK(equal(decode(file),
                  is_known ? turned[static_cast<std::size_t>(orientation - 1)] : stored));
      CHECK(equal(decode(file, {.apply_exif_orientation = false}), stored));
    }
  }
}

TEST_CASE("JPEG: EXIF data that are cut or changed never stop an image from being read") {
  const std::string whole = test::exif(6);
  const rg::Tensor stored = decode(jpeg({}));
  const rg::Tensor turned = decode(jpeg({.exif = whole}));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const rg::Tensor read = decode(jpeg({.exif = whole.substr(0, length)}));
    CHECK(equal(read, length < 20 ? stored : turned));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = '\xff';
    CHECK(decode(jpeg({.exif = changed})).numel() == stored.numel());
  }
}

TEST_CASE("JPEG: decoded at the smallest scale that leaves as many pixels as are needed") {
  const std::string file = jpeg({.width = 160, .height = 90});
  const std::string turned = jpeg({.width = 160, .height = 90, .exif = test::exif(6)});
  const auto shape = [&](const std::string& bytes, rg::Size<2> size) {
    return decode(bytes, {.min_size = size}).shape();
  };
  CHECK(shape(file, 0) == rg::Shape{3, 90, 160});
  CHECK(shape(file, 91) == rg::Shape{3, 90, 160});
  for (const std::int64_t huge :
       {std::int64_t{1} << 61, std::int64_t{1} << 62, std::numeric_limits<std::int64_t>::max()}) {
    CHECK(shape(file, huge) == rg::Shape{3, 90, 160});
    CHECK(shape(file, {0, huge}) == rg::Shape{3, 90, 160});
  }
  CHECK(shape(file, 46) == rg::Shape{3, 90, 160});
  CHECK(shape(file, 45) == rg::Shape{3, 45, 80});
  CHECK(shape(file, 22) == rg::Shape{3, 23, 40});
  CHECK(shape(file, 1) == rg::Shape{3, 12, 20});
  CHECK(shape(file, {0, 80}) == rg::Shape{3, 45, 80});
  CHECK(shape(file, {40, 20}) == rg::Shape{3, 45, 80});
  CHECK(shape(file, {20, 40}) == rg::Shape{3, 23, 40});
  CHECK(shape(turned, {20, 40}) == rg::Shape{3, 80, 45});
  CHECK(shape(turned, {40, 20}) == rg::Shape{3, 40, 23});
}

TEST_CASE("load_image: the first bytes tell the format, whatever the name") {
  const test::TempFolder folder;
  const std::string path = folder.file("photo.txt");
  test::write_file(path, jpeg({}));
  CHECK(equal(rg::load_image(path), decode(jpeg({}))));
  CHECK(equal(rg::load_jpeg(path), decode(jpeg({}))));
  const rg::Tensor image = decode(jpeg({}));
  rg::save_png(image, path);
  CHECK(equal(rg::load_image(path), image));
  const std::string png = test::read_file(path);
  CHECK(equal(rg::decode_image(span_of(png)), image));
  test::check_contains(test::message_of<rg::IoError>([&] { rg::load_jpeg(path); }),
                       "photo.txt': it is not a JPEG file");
  test::write_file(path, "GIF89a");
  test::check_contains(test::message_of<rg::IoError>([&] { rg::load_image(path); }),
                       "it is neither a JPEG nor a PNG file");
  test::check_contains(test::message_of<rg::IoError>([&] { rg::decode_image({}); }),
                       "decode_image: '<memory>': it is neither");
  CHECK_THROWS_AS(rg::load_image(folder.file("missing.jpg")), rg::IoError);
  CHECK_THROWS_AS(rg::load_image(folder.path()), rg::IoError);
}

TEST_CASE("JPEG: options out of their range are refused") {
  const std::string file = jpeg({});
  CHECK_THROWS_AS(decode(file, {.dtype = rg::int64}), rg::DTypeError);
  CHECK_THROWS_AS(decode(file, {.dtype = rg::boolean}), rg::DTypeError);
  CHECK_THROWS_AS(decode(file, {.min_size = -1}), rg::ValueError);
  CHECK_THROWS_AS(decode(file, {.max_pixels = 0}), rg::ValueError);
}

TEST_CASE("save_jpeg: images come back nearly as they were, nearer with a higher quality") {
  const test::TempFolder folder;
  const std::string path = folder.file("a.jpg");
  const rg::Tensor image = rg::load_image([&] {
    test::write_file(path, jpeg({.width = 80, .height = 60}));
    return path;
  }());
  double before = 1e9;
  for (const int quality : {1, 30, 75, 95, 100}) {
    rg::save_jpeg(image, path, {.quality = quality});
    const rg::Tensor read = rg::load_image(path);
    const double error =
        rg::mean(rg::abs(read.to(rg::float64) - image.to(rg::float64))).item<double>();
    CHECK(error < before);
    before = error;
  }
  rg::save_jpeg(image[0], path, {.quality = 100});
  CHECK(largest_difference(rg::load_image(path, {.mode = rg::ImageMode::unchanged})[0], image[0]) <
        4);
  const rg::Tensor turned = rg::transpose(image, 1, 2);
  rg::save_jpeg(turned, path);
  const std::string of_view = test::read_file(path);
  rg::save_jpeg(turned.contiguous(), path);
  CHECK(test::read_file(path) == of_view);
  rg::save_jpeg(turned.to(rg::float64) / 255.0, path);
  CHECK(test::read_file(path) == of_view);
}

TEST_CASE("save_jpeg: images that cannot be written are refused, and the old file stays") {
  const test::TempFolder folder;
  const std::string path = folder.file("a.jpg");
  rg::save_jpeg(rg::ones({2, 2}), path);
  const std::string old = test::read_file(path);
  for (const rg::Shape& shape : {rg::Shape{2}, rg::Shape{2, 4, 4}, rg::Shape{4, 4, 4},
                                 rg::Shape{3, 0, 2}, rg::Shape{1, 3, 2, 2}, rg::Shape{1, 65501}}) {
    CHECK_THROWS_AS(rg::save_jpeg(rg::ones(shape), path), rg::ShapeError);
  }
  CHECK_THROWS_AS(rg::save_jpeg(rg::arange(4).to(rg::int64), path), rg::DTypeError);
  CHECK_THROWS_AS(rg::save_jpeg(rg::Tensor(), path), rg::DTypeError);
  CHECK_THROWS_AS(rg::save_jpeg(rg::ones({2, 2}), path, {.quality = 0}), rg::ValueError);
  CHECK_THROWS_AS(rg::save_jpeg(rg::ones({2, 2}), path, {.quality = 101}), rg::ValueError);
  CHECK_THROWS_AS(rg::save_jpeg(rg::ones({2, 2}), folder.file("no/a.jpg")), rg::IoError);
  CHECK(test::read_file(path) == old);
  CHECK(folder.count() == 1);
}
