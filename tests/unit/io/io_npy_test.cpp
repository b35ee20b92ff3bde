// NumPy's files: what is read, what is refused, and what is written.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/io/load.h>
#include <retrograd/io/npy.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "unit/io_temp_files.h"
#include "unit/pt_files.h"

namespace rg = retrograd;
using namespace test;  // NOLINT: the builders of files

namespace {

// A file of version `major` with this header and these values.
std::string npy(const std::string& header, const std::string& values, int major = 1) {
  return "\x93NUMPY" + number(static_cast<std::uint64_t>(major), 2) +
         number(header.size(), major == 1 ? 2 : 4) + header + values;
}

std::string dict(const std::string& descr, const std::string& shape,
                 const std::string& order = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

// A file of two elements of this dtype.
std::string two(const std::string& descr, const std::string& values) {
  return npy(dict(descr, "(2,)"), values);
}

rg::Tensor loaded(const std::string& bytes) {
  const TempFolder folder;
  write_file(folder.file("x.npy"), bytes);
  return rg::load_npy(folder.file("x.npy"));
}

std::string error_of(const std::string& bytes) {
  return message_of<rg::IoError>([&] { loaded(bytes); });
}

using Doubles = std::vector<double>;
Doubles values_of(const rg::Tensor& x) {
  return x.to(rg::float64).to_vector<double>();
}

}  // namespace

TEST_CASE("npy: every dtype in both byte orders") {
  struct {
    const char* descr;
    std::string values;
    rg::DType dtype;
    Doubles expected;
  } const cases[] = {
      {"'<f8'",
       number(0x3ff0000000000000, 8) + number(0xc000000000000000, 8),
       rg::float64,
       {1, -2}},
      {"'>f8'", std::string("\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", 16), rg::float64, {1, -2}},
      {"'<f4'", number(0x3f800000, 4) + number(0xc0000000, 4), rg::float32, {1, -2}},
      {"'>f4'", std::string("\x3f\x80\0\0\xc0\0\0\0", 8), rg::float32, {1, -2}},
      {"'=f4'", number(0x3f800000, 4) + number(0xc0000000, 4), rg::float32, {1, -2}},
      {"'f4'", number(0x3f800000, 4) + number(0xc0000000, 4), rg::float32, {1, -2}},
      {"'<f2'", number(0x3c00, 2) + number(0x0001, 2), rg::float32, {1, 0x1p-24}},
      {"'>f2'", std::string("\x3c\0\xc0\0", 4), rg::float32, {1, -2}},
      {"'<i8'", number(1, 8) + number(~0ULL - 1, 8), rg::int64, {1, -2}},
      {"'<i4'", number(1, 4) + number(0xfffffffeU, 4), rg::int64, {1, -2}},
      {"'>i4'", std::string("\0\0\0\1\xff\xff\xff\xfe", 8), rg::int64, {1, -2}},
      {"'<i2'", number(1, 2) + number(0xfffeU, 2), rg::int64, {1, -2}},
      {"'|i1'", "\x01\xfe", rg::int64, {1, -2}},
      {"'<u4'", number(1, 4) + number(0xfffffffeU, 4), rg::int64, {1, 4294967294}},
      {"'<u2'", number(1, 2) + number(0xfffeU, 2), rg::int64, {1, 65534}},
      {"'|u1'", "\x01\xfe", rg::uint8, {1, 254}},
      {"'|b1'", std::string("\1\0", 2), rg::boolean, {1, 0}},
      {"\"|b1\"", std::string("\1\0", 2), rg::boolean, {1, 0}},
  };
  for (const auto& each : cases) {
    INFO(std::string(each.descr));
    const rg::Tensor x = loaded(two(each.descr, each.values));
    CHECK(x.dtype() == each.dtype);
    CHECK(values_of(x) == each.expected);
  }
  const rg::Tensor special =
      loaded(npy(dict("'<f2'", "(4,)"),
                 number(0x7c00, 2) + number(0xfc00, 2) + number(0x7e00, 2) + number(0x8000, 2)));
  const auto values = special.to_vector<float>();
  CHECK(values[0] == std::numeric_limits<float>::infinity());
  CHECK(values[1] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(values[2]));
  CHECK((values[3] == 0 && std::signbit(values[3])));
}

TEST_CASE("npy: shapes, orders and spellings of the header") {
  const std::string bytes("\0\1\2\3\4\5", 6);
  const rg::Tensor rows = loaded(npy(dict("'|u1'", "(2, 3)"), bytes));
  CHECK(values_of(rows) == Doubles{0, 1, 2, 3, 4, 5});
  const rg::Tensor columns = loaded(npy(dict("'|u1'", "(2, 3)", "True"), bytes));
  CHECK(columns.shape() == rg::Shape{2, 3});
  CHECK(values_of(columns) == Doubles{0, 2, 4, 1, 3, 5});
  const rg::Tensor cube = loaded(npy(dict("'|u1'", "(1, 3, 2)", "True"), bytes));
  CHECK(values_of(cube) == Doubles{0, 3, 1, 4, 2, 5});
  CHECK(loaded(npy(dict("'|u1'", "()"), "\7")).shape() == rg::Shape{});
  CHECK(loaded(npy(dict("'|u1'", "(0, 3)"), "")).shape() == rg::Shape{0, 3});
  CHECK(loaded(npy(dict("'|u1'", "(0, 3)", "True"), "")).shape() == rg::Shape{0, 3});
  for (const std::string header : {
           "{'shape': (6,), 'fortran_order': False, 'descr': '|u1'}",
           "{\"descr\":\"|u1\",\"shape\":(6L,),\"fortran_order\":False}",
           "  {  'descr'\t: '|u1' ,\n'fortran_order' :False, 'shape': ( 6 , ) , }   \n",
           "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }          ",
       }) {
    INFO(header);
    for (const int major : {1, 2, 3}) {
      CHECK(loaded(npy(header, bytes, major)).shape() == rg::Shape{6});
    }
  }
}

TEST_CASE("npy: refused for its beginning") {
  const std::string good = dict("'|u1'", "(2,)");
  const std::string magic = "\x93NUMPY";
  check_contains(error_of(""), "has 0 bytes, too few");
  check_contains(error_of(magic), "has 6 bytes, too few");
  check_contains(error_of(magic + number(2, 2) + number(1, 2)), "has 10 bytes, too few");
  check_contains(error_of("\x93NUMPX" + npy(good, "ab").substr(6)), "does not begin as an array");
  check_contains(error_of("PK" + npy(good, "ab").substr(2)), "does not begin as an array");
  for (const int version : {0, 4, 255, 0x0101, 0x0102}) {
    check_contains(error_of(magic + number(static_cast<std::uint64_t>(version), 2) +
                            npy(good, "ab").substr(8)),
                   "1.0, 2.0 and 3.0 are read");
  }
  check_contains(error_of(npy("", "ab")), "has no '{'");
  check_contains(error_of(magic + number(1, 2) + number(65535, 2) + good), "longer than the");
  check_contains(error_of(magic + number(2, 2) + number(0xfffffff0U, 4) + good),
                 "of 4294967280 bytes, is longer than the");
  check_contains(error_of(npy(good + std::string(200'000, ' '), "ab", 2)), "the 100,000 allowed");
  for (std::size_t size = 0; size < npy(good, "ab").size(); ++size) {
    CHECK_THROWS_AS(loaded(npy(good, "ab").substr(0, size)), rg::IoError);
  }
  check_contains(error_of(npy(good, "abc")), "takes 2 bytes, but 3 follow");
}

TEST_CASE("npy: refused for its header") {
  const auto refused = [](const std::string& header, const std::string& fragment) {
    INFO(header);
    check_contains(error_of(npy(header, "ab")), fragment);
  };
  refused("[1, 2]", "has no '{'");
  refused("{'descr': '|u1'", "has no '}'");
  refused("{'descr' '|u1'}", "has no ':'");
  refused("{descr: '|u1'}", "no text in quotes");
  refused("{'descr: 1}", "no text in quotes");
  refused("{}", "has no descr");
  refused("{'descr': '|u1', 'shape': (2,)}", "has no fortran_order");
  refused("{'descr': '|u1', 'fortran_order': False}", "has no shape");
  refused("{'descr': '|u1', 'descr': '|u1'}", "has the key 'descr' twice");
  refused("{'descr': '|u1', 'order': 1}", "has the key 'order', which is unknown");
  refused("{'d\xc3\xa9scr': '|u1'}", "which is unknown");
  refused(dict("'|u1'", "(2,)") + "x", "something after the dict");
  refused(dict("'|u1'", "(2,)") + std::string("\0", 1), "something after the dict");
  refused(dict("'|u1'", "(2,)", "1"), "neither True nor False");
  refused(dict("'|u1'", "(2,)", "'True'"), "neither True nor False");
  refused(dict("'|u1'", "2"), "has no '('");
  refused(dict("'|u1'", "(2)"), "a shape that is no tuple");
  refused(dict("'|u1'", "[2]"), "has no '('");
  refused(dict("'|u1'", "(-2,)"), "not a number from 0 to");
  refused(dict("'|u1'", "(2.0,)"), "a shape that is no tuple");
  refused(dict("'|u1'", "('2',)"), "not a number from 0 to");
  refused(dict("'|u1'", "(True,)"), "not a number from 0 to");
  refused(dict("'|u1'", "(9223372036854775808,)"), "not a number from 0 to");
  refused(dict("'|u1'", "(9223372036854775807, 3)"), "larger than memory can address");
  refused(dict("'|u1'", "(0, 9223372036854775807, 3)"), "larger than memory can address");
  refused(dict("'|i1'", "(4611686018427387904, 0)"), "larger than memory can address");
  refused(dict("'|u1'", "(1, 1, 1, 1, 1, 1, 1, 1, 2)"), "more than 8 dimensions");
  refused(dict("'|u1'", std::string(60'000, '(')), "not a number from 0 to");
  refused(dict("'|u1'", "(3,)"), "takes 3 bytes, but only 2 follow");
  refused(dict("'<f8'", "(1125899906842624,)"), "but only 2 follow");
  refused(dict("'|b1'", "(2,)"), "neither 0 nor 1");
}

TEST_CASE("npy: refused for a dtype") {
  for (const std::string descr : {"|O", "O", "|S3", "<U4", "|V2", "<V2", "V2", "<u8", ">u8", "<c8",
                                  "<f16", "<M8[s]", "<m8", "", "f", "bfloat16", "<<f4"}) {
    INFO(descr);
    check_contains(error_of(two("'" + descr + "'", "abcdefghijklmnop")),
                   "has dtype '" + descr + "'; the ones that can be read are");
  }
  check_contains(error_of(two("[('x', '<f4')]", "ab")), "has a structured dtype");
  check_contains(error_of(two("('<f4', (2,))", "ab")), "has a structured dtype");
  check_contains(error_of(two("'|f4'", "ab")), "several bytes without their order");
  check_contains(error_of(two("None", "ab")), "no text in quotes");
}

TEST_CASE("npy: written files are read again") {
  const TempFolder folder;
  const std::string path = folder.file("x.npy");
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::int64, rg::uint8, rg::boolean}) {
    for (const rg::Shape& shape :
         {rg::Shape{}, rg::Shape{3}, rg::Shape{0, 2}, rg::Shape{2, 3}, rg::Shape{2, 1, 3, 2}}) {
      const rg::Tensor x = rg::randint(0, 2, shape).to(dtype);
      rg::save_npy(x, path);
      const rg::Tensor y = rg::load_npy(path);
      CHECK(y.dtype() == dtype);
      CHECK(y.shape() == shape);
      CHECK(values_of(y) == values_of(x));
      CHECK((read_file(path).size() - static_cast<std::size_t>(x.numel()) * rg::item_size(dtype)) %
                64 ==
            0);
    }
  }
  const rg::Tensor x = rg::arange(6.0);
  rg::save_npy(rg::transpose(rg::reshape(x, {2, 3}), 0, 1), path);
  CHECK(values_of(rg::load_npy(path)) == Doubles{0, 3, 1, 4, 2, 5});
  CHECK(rg::load(path).at("tensor").shape() == rg::Shape{3, 2});
  CHECK(rg::load_metadata(path).empty());
  // The files of before stay when a tensor cannot be written.
  const std::string before = read_file(path);
  check_contains(message_of<rg::DTypeError>([&] { rg::save_npy(x.to(rg::bfloat16), path); }),
                 "NumPy has no bfloat16; convert it with to(float32)");
  CHECK(read_file(path) == before);
}
