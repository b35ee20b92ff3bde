#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <retrograd/data/idx.h>
#include <retrograd/tensor/memory.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::TempFolder;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) {
    text += static_cast<char>(value);
  }
  return text;
}

std::string idx(int type, const std::vector<std::uint32_t>& shape, const std::string& values) {
  std::string file = bytes({0, 0, type, static_cast<int>(shape.size())});
  for (const std::uint32_t size : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      file += static_cast<char>(size >> shift & 255U);
    }
  }
  return file + values;
}

rg::Tensor read(const std::string& content) {
  const TempFolder folder;
  const std::string path = folder.file("values.idx");
  test::write_file(path, content);
  return rg::read_idx(path);
}

std::string error(const std::string& content) {
  return test::message_of<rg::IoError>([&] { read(content); });
}

}  // namespace

TEST_CASE("idx: each element type") {
  const rg::Tensor u8 = read(idx(0x08, {2, 2}, bytes({0, 1, 128, 255})));
  CHECK(u8.dtype() == rg::uint8);
  CHECK(u8.shape() == rg::Shape{2, 2});
  CHECK(u8.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 128, 255});

  const rg::Tensor i8 = read(idx(0x09, {3}, bytes({0x7f, 0x80, 0xff})));
  CHECK(i8.dtype() == rg::int64);
  CHECK(i8.to_vector<std::int64_t>() == std::vector<std::int64_t>{127, -128, -1});

  const rg::Tensor i16 = read(idx(0x0b, {3}, bytes({0x01, 0x02, 0x80, 0, 0xff, 0xfe})));
  CHECK(i16.dtype() == rg::int64);
  CHECK(i16.to_vector<std::int64_t>() == std::vector<std::int64_t>{258, -32768, -2});

  const rg::Tensor i32 = read(idx(0x0c, {2}, bytes({1, 2, 3, 4, 0x80, 0, 0, 0})));
  CHECK(i32.dtype() == rg::int64);
  CHECK(i32.to_vector<std::int64_t>() == std::vector<std::int64_t>{16909060, -2147483648LL});

  const rg::Tensor f32 = read(idx(0x0d, {2, 1}, bytes({0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0})));
  CHECK(f32.dtype() == rg::float32);
  CHECK(f32.to_vector<float>() == std::vector<float>{1, -2.5F});

  const rg::Tensor f64 = read(idx(0x0e, {1}, bytes({0x3f, 0xf0, 0, 0, 0, 0, 0, 1})));
  CHECK(f64.dtype() == rg::float64);
  CHECK(f64.item<double>() == std::nextafter(1.0, 2.0));
}

TEST_CASE("idx: one to eight dimensions, some of them 0") {
  CHECK(read(idx(0x08, {1, 1, 1, 1, 2, 1, 1, 1}, "ab")).shape() ==
        rg::Shape{1, 1, 1, 1, 2, 1, 1, 1});
  CHECK(read(idx(0x08, {0}, "")).shape() == rg::Shape{0});
  CHECK(read(idx(0x0e, {3, 0, 5}, "")).shape() == rg::Shape{3, 0, 5});
}

TEST_CASE("idx: malformed files are refused by name, with the reason") {
  struct {
    const char* what;
    std::string content;
    const char* fragment;
  } const cases[] = {
      {"empty", "", "ends within the header"},
      {"three bytes", bytes({0, 0, 8}), "ends within the header"},
      {"first byte", bytes({1, 0, 8, 1, 0, 0, 0, 0}), "does not begin with two zero bytes"},
      {"second byte", bytes({0, 1, 8, 1, 0, 0, 0, 0}), "does not begin with two zero bytes"},
      {"type 0x0a", idx(0x0a, {1}, "a"), "unknown element type 0x0a"},
      {"type 0", idx(0, {1}, "a"), "unknown element type 0x00"},
      {"type 0xff", idx(0xff, {1}, "a"), "unknown element type 0xff"},
      {"no dimension", idx(8, {}, "a"), "has 0 dimensions; 1 to 8 can be read"},
      {"nine dimensions", idx(8, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "a"), "has 9 dimensions"},
      {"255 dimensions", bytes({0, 0, 8, 255}), "has 255 dimensions"},
      {"sizes cut off", bytes({0, 0, 8, 2, 0, 0, 0, 1, 0}), "ends within the header"},
      {"one byte short", idx(8, {2, 2}, "abc"), "[2, 2] takes 4 bytes of values, but there are 3"},
      {"one byte long", idx(8, {2, 2}, "abcde"), "takes 4 bytes of values, but there are 5"},
      {"half an item", idx(0x0d, {2}, "abcdef"), "takes 8 bytes of values, but there are 6"},
      {"values of nothing", idx(8, {0}, "a"), "takes 0 bytes of values, but there are 1"},
      {"larger than the file", idx(8, {65536, 65535}, "a"), "takes 4294901760 bytes of values"},
      {"2^48", idx(8, {65536, 65536, 65536}, "a"), "takes 281474976710656 bytes"},
      {"nearly 2^64", idx(8, {0xffffffff, 0xffffffff}, "a"), "larger than memory can address"},
      {"overflow", idx(0x0e, {0xffffffff, 0xffffffff, 2}, "a"), "larger than memory can address"},
      {"wraps to 0", idx(8, {65536, 65536, 65536, 65536}, ""), "larger than memory can address"},
      {"overflow beside 0", idx(8, {0xffffffff, 0, 0xffffffff}, ""), "memory can address"},
  };
  for (const auto& each : cases) {
    INFO(each.what);
    const std::string message = error(each.content);
    test::check_contains(message, each.fragment);
    test::check_contains(message, "values.idx': ");
    test::check_contains(message, "at data_idx_test.cpp:");
  }
}

TEST_CASE("idx: a file cut off at any byte is refused") {
  const std::string whole = idx(0x0b, {2, 3}, "abcdefghijkl");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    test::check_contains(error(whole.substr(0, size)), "read_idx: ");
  }
  CHECK(read(whole).numel() == 6);
}

TEST_CASE("idx: a lying header takes no memory") {
  const auto before = rg::memory::stats().allocations;
  test::check_contains(error(idx(8, {0x7fffffff}, "abc")), "but there are 3");
  CHECK(rg::memory::stats().allocations == before);
}

TEST_CASE("idx: only a regular file can be read") {
  const TempFolder folder;
  const auto message = [](const std::string& path) {
    return test::message_of<rg::IoError>([&] { rg::read_idx(path); });
  };
  test::check_contains(message(folder.file("absent")), "cannot open it: No such file");
  test::check_contains(message(folder.path()), "it is not a regular file");
  const std::string pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  test::check_contains(message(pipe), "it is not a regular file");
}
