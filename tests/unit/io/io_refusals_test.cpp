// Every malformed safetensors file is refused, and the message says what is wrong.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/memory.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::little_endian;
using test::safetensors;
using test::TempFolder;

namespace {

struct Malformed {
  const char* what;
  std::string bytes;
  std::string fragment;
};

std::string load_error(const std::string& path) {
  return test::message_of<rg::IoError>([&] { rg::load(path); });
}

void check_all(const std::vector<Malformed>& cases) {
  const TempFolder folder;
  const std::string path = folder.file("malformed.safetensors");
  for (const Malformed& each : cases) {
    INFO(each.what);
    test::write_file(path, each.bytes);
    const std::string message = load_error(path);
    test::check_contains(message, each.fragment);
    test::check_contains(message, "load: '" + path + "': ");
    test::check_contains(message, "at io_refusals_test.cpp:");
  }
}

// The header of one tensor "a" with these fields, and 8 bytes of values.
std::string one(const std::string& fields) {
  return safetensors("{\"a\":{" + fields + "}}", std::string(8, '\1'));
}

// A float32 tensor named "a" of shape [2], with this shape or these offsets instead.
std::string with_shape(const std::string& shape) {
  return one(R"("dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,8])");
}
std::string with_offsets(const std::string& offsets) {
  return one(R"("dtype":"F32","shape":[2],"data_offsets":)" + offsets);
}
std::string with_dtype(const std::string& dtype) {
  return one(R"("dtype":)" + dtype + R"(,"shape":[2],"data_offsets":[0,8])");
}

// An entry of uint8 values from `begin` to `end`.
std::string entry(const std::string& name, int begin, int end) {
  return "\"" + name + R"(":{"dtype":"U8","shape":[)" + std::to_string(end - begin) +
         R"(],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

}  // namespace

TEST_CASE("safetensors: the well-formed file that the malformed ones vary") {
  const TempFolder folder;
  const std::string path = folder.file("good.safetensors");
  test::write_file(path, with_shape("[2]"));
  CHECK(rg::load(path).at("a").shape() == rg::Shape{2});
  // White space within and after the header is JSON's own; an odd length leaves values unaligned.
  for (const std::string after : {"", " ", "\n\t\r  "}) {
    test::write_file(path, safetensors("{ \"a\" :\n{\"shape\":[2], \"data_offsets\":[0, 8],"
                                       "\"dtype\":\"F32\"}}" +
                                           after,
                                       std::string("\0\0\x80\x3f\0\0\0\x40", 8)));
    CHECK(rg::load(path).at("a").to_vector<float>() == std::vector<float>{1, 2});
  }
}

TEST_CASE("safetensors: refused for its length") {
  std::vector<Malformed> cases;
  for (std::size_t size = 0; size < 8; ++size) {
    cases.push_back({"shorter than a length", std::string(size, '\1'),
                     std::to_string(size) + " bytes are too few for the length of a header"});
  }
  cases.push_back({"no header", little_endian(0), "does not begin with '{'"});
  cases.push_back(
      {"header cut off", little_endian(3) + "{}", "longer than the 2 bytes that follow"});
  cases.push_back({"enormous", little_endian(~0ULL) + "{}", "longer than the 100,000,000 allowed"});
  cases.push_back({"above the limit", little_endian(100'000'001) + "{}", "100,000,000 allowed"});
  cases.push_back({"at the limit", little_endian(100'000'000) + "{}", "that follow"});
  cases.push_back({"something after the values", with_shape("[2]") + "PK", "but the file has 10"});
  cases.push_back({"something after no values", safetensors("{}", "x"), "but the file has 1"});
  check_all(cases);
}

TEST_CASE("safetensors: refused for its JSON") {
  const std::string no_json = "the header is not JSON in UTF-8";
  const std::string nested = std::string(1'000'000, '[');
  std::string objects;
  for (int i = 0; i < 200'000; ++i) {
    objects += "{\"a\":";
  }
  check_all({
      {"not JSON", safetensors("{hello}"), no_json},
      {"unfinished", safetensors("{\"a\""), no_json},
      {"two values", safetensors("{}{}"), no_json},
      {"text after it", safetensors("{} x"), no_json},
      {"trailing comma", safetensors("{\"a\":1,}"), "must be an object, not a number"},
      {"list", safetensors("[]"), "does not begin with '{'"},
      {"number", safetensors("12"), "does not begin with '{'"},
      {"string", safetensors("\"{}\""), "does not begin with '{'"},
      {"leading white space", safetensors(" {}"), "does not begin with '{'"},
      {"byte order mark", safetensors("\xef\xbb\xbf{}"), "does not begin with '{'"},
      {"zero byte after it", safetensors(std::string("{}\0", 3)), "has a zero byte (byte 3"},
      {"zero byte and more", safetensors(std::string("{}\0garbage", 10)), "has a zero byte"},
      {"not UTF-8", safetensors("{\"\xff\":{}}"), no_json},
      {"overlong UTF-8", safetensors("{\"\xc0\xaf\":{}}"), no_json},
      {"lone surrogate", safetensors(R"({"\ud800":{}})"), no_json},
      {"comment", safetensors("{/* */}"), no_json},
      {"nested lists", safetensors("{\"a\":" + nested), "must be an object, not a list"},
      {"nested objects", safetensors(objects), "tensor 'a' has the unknown key 'a'"},
      {"nested shape", safetensors("{\"a\":{\"shape\":" + nested), "has a list in its shape"},
  });
}

TEST_CASE("safetensors: refused for its keys") {
  check_all({
      {"tensor twice", safetensors("{" + entry("a", 0, 1) + "," + entry("a", 1, 2) + "}", "xx"),
       "the header has the name 'a' twice"},
      {"tensor twice, escaped",
       safetensors("{" + entry("a", 0, 1) + "," + entry("\\u0061", 1, 2) + "}", "xx"),
       "the header has the name 'a' twice"},
      {"metadata twice", safetensors(R"({"__metadata__":{},"__metadata__":{}})"),
       "the header has the name '__metadata__' twice"},
      {"metadata key twice", safetensors(R"({"__metadata__":{"k":"1","k":"2"}})"),
       "the metadata has the key 'k' twice"},
      {"dtype twice", one(R"("dtype":"F32","dtype":"F32")"), "has the key 'dtype' twice"},
      {"shape twice", one(R"("shape":[2],"shape":[2])"), "has the key 'shape' twice"},
      {"offsets twice", one(R"("data_offsets":[0,8],"data_offsets":[0,8])"),
       "has the key 'data_offsets' twice"},
      {"no dtype", one(R"("shape":[2],"data_offsets":[0,8])"), "tensor 'a' has no dtype"},
      {"no shape", one(R"("dtype":"F32","data_offsets":[0,8])"), "tensor 'a' has no shape"},
      {"no offsets", one(R"("dtype":"F32","shape":[2])"), "tensor 'a' has no data_offsets"},
      {"nothing", one(""), "tensor 'a' has no dtype"},
      {"unknown key", one(R"("strides":[1])"), "tensor 'a' has the unknown key 'strides'"},
      {"metadata value", safetensors(R"({"__metadata__":{"k":1}})"),
       "the metadata 'k' must be a string, not a number"},
      {"metadata null", safetensors(R"({"__metadata__":{"k":null}})"), "a string, not null"},
      {"metadata object", safetensors(R"({"__metadata__":{"k":{}}})"), "a string, not an object"},
      {"metadata no object", safetensors(R"({"__metadata__":"k"})"),
       "the entry '__metadata__' must be an object, not a string"},
      {"tensor no object", safetensors(R"({"a":true})"), "must be an object, not true"},
      {"name shown escaped", safetensors(R"({"a\u0000\n":null})"), "the entry 'a\\x00\\x0a' must"},
      {"long name shown cut", safetensors("{\"" + std::string(10'000'000, 'n') + "\":0}"),
       std::string(200, 'n') + "...' must be an object"},
  });
}

TEST_CASE("safetensors: refused for a dtype") {
  std::vector<Malformed> cases;
  for (const char* dtype : {"U64", "F8_E4M3", "F8_E5M2", "C64", "f32", "F32 ", "", "float32"}) {
    cases.push_back({dtype, with_dtype("\"" + std::string(dtype) + "\""),
                     "tensor 'a' has dtype '" + std::string(dtype) +
                         "'; the ones that can be read are F64, F32, F16, BF16, I64, I32, I16, I8, "
                         "U32, U16, U8 and BOOL"});
  }
  cases.push_back({"number", with_dtype("32"), "tensor 'a' has a number in its dtype"});
  cases.push_back({"null", with_dtype("null"), "tensor 'a' has null in its dtype"});
  check_all(cases);
}

TEST_CASE("safetensors: refused for a number") {
  struct {
    const char* json;
    const char* found;
  } const numbers[] = {
      {"-1", "the negative number -1"},
      {"-0", "the negative number 0"},
      {"2.0", "the number '2.0', which is not a 64-bit integer"},
      {"0.5", "the number '0.5', which is not"},
      {"2e0", "the number '2e0', which is not"},
      {"9223372036854775808", "the too large number 9223372036854775808"},
      {"18446744073709551616", "the number '18446744073709551616', which is not"},
      {"\"2\"", "a string"},
      {"null", "null"},
      {"false", "false"},
      {"[2]", "a list"},
      {"{}", "an object"},
  };
  std::vector<Malformed> cases;
  for (const auto& [json, found] : numbers) {
    cases.push_back(
        {json, with_shape("[" + std::string(json) + "]"), "tensor 'a' has " + std::string(found)});
    cases.push_back({json, with_offsets("[0," + std::string(json) + "]"),
                     "tensor 'a' has " + std::string(found)});
  }
  for (const char* json : {"02", "+2", "0x2", "2.", "NaN", "1e999"}) {
    cases.push_back({json, with_shape("[" + std::string(json) + "]"), "is not JSON"});
  }
  cases.push_back({"shape no list", with_shape("2"), "tensor 'a' has a number in its shape"});
  cases.push_back({"offsets no list", with_offsets("{}"), "an object in its data_offsets"});
  check_all(cases);
}

TEST_CASE("safetensors: refused for a shape") {
  std::string long_shape = "[1";
  for (int i = 1; i < 100'000; ++i) {
    long_shape += ",1";
  }
  const std::string large = "is larger than memory can address";
  check_all({
      {"too few elements", with_shape("[1]"),
       "of shape [1] and dtype float32 takes 4 bytes, but its data_offsets [0, 8] give it 8"},
      {"too many elements", with_shape("[3]"), "takes 12 bytes"},
      {"no element", with_shape("[2,0]"), "takes 0 bytes"},
      {"scalar", with_shape("[]"), "takes 4 bytes"},
      {"product overflows", with_shape("[4294967296,4294967296]"), large},
      {"product wraps to 2", with_shape("[2,9223372036854775807,2]"), large},
      {"bytes overflow", with_shape("[4611686018427387904]"), large},
      {"overflow beside a zero", with_shape("[4611686018427387904,0,2]"), large},
      {"nine dimensions", with_shape("[1,1,1,1,1,1,1,1,2]"),
       "tensor 'a' has more than 8 dimensions"},
      {"very many dimensions", with_shape(long_shape + "]"), "more than 8 dimensions"},
  });
}

TEST_CASE("safetensors: refused for its offsets") {
  const auto two = [](const std::string& first, const std::string& second) {
    return safetensors("{" + first + "," + second + "}", "12345678");
  };
  check_all({
      {"none", with_offsets("[]"), "tensor 'a' needs 2 data_offsets, not 0"},
      {"one", with_offsets("[0]"), "needs 2 data_offsets, not 1"},
      {"three", with_offsets("[0,8,8]"), "has more than 2 data_offsets"},
      {"backwards", with_offsets("[8,0]"), "ends before it begins: data_offsets [8, 0]"},
      {"past the end", with_offsets("[8,16]"), "a hole of 8 bytes before tensor 'a'"},
      {"far past the end", with_offsets("[9223372036854775799,9223372036854775807]"), "a hole of"},
      {"hole at the start", two(entry("a", 1, 4), entry("b", 4, 8)),
       "a hole of 1 bytes before tensor 'a'"},
      {"hole in the middle", two(entry("a", 0, 4), entry("b", 5, 8)),
       "a hole of 1 bytes before tensor 'b'"},
      {"hole at the end", two(entry("a", 0, 4), entry("b", 4, 7)),
       "describes 7 bytes of values, but the file has 8"},
      {"overlap", two(entry("a", 0, 5), entry("b", 4, 8)),
       "tensor 'b' overlaps the one before it at byte 4"},
      {"the same bytes", two(entry("a", 0, 8), entry("b", 0, 8)), "tensor 'b' overlaps"},
      {"one within another", two(entry("a", 0, 8), entry("b", 2, 4)), "tensor 'b' overlaps"},
      {"none within another", two(entry("a", 0, 8), entry("b", 4, 4)), "tensor 'b' overlaps"},
      {"file too short", two(entry("a", 0, 4), entry("b", 4, 9)),
       "describes 9 bytes of values, but the file has 8"},
  });
}

TEST_CASE("safetensors: offsets in any order of the header, and empty tensors anywhere") {
  const TempFolder folder;
  const std::string path = folder.file("order.safetensors");
  test::write_file(path, safetensors("{" + entry("c", 3, 3) + "," + entry("b", 2, 3) + "," +
                                         entry("e", 0, 0) + "," + entry("a", 0, 2) + "}",
                                     "xyz"));
  const rg::StateDict state = rg::load(path);
  CHECK(state.size() == 4);
  CHECK(state.at("b").item<int>() == 'z');
  CHECK(state.at("a").to_vector<std::int64_t>() == std::vector<std::int64_t>{'x', 'y'});
}

TEST_CASE("safetensors: a boolean is 0 or 1") {
  check_all(
      {{"2", safetensors(R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", "\1\2"),
        "tensor 'a' has dtype BOOL and a byte that is neither 0 nor 1"}});
}

TEST_CASE("safetensors: a hundred thousand empty tensors load; a lying header takes no memory") {
  const TempFolder folder;
  const std::string path = folder.file("many.safetensors");
  std::string header = "{" + entry("0", 0, 0);
  for (int i = 1; i < 100'000; ++i) {
    header += "," + entry(std::to_string(i), 0, 0);
  }
  test::write_file(path, safetensors(header + "}"));
  CHECK(rg::load(path).size() == 100'000);

  test::write_file(path, safetensors(R"({"a":{"dtype":"U8","shape":[1099511627776],)"
                                     R"("data_offsets":[0,1099511627776]}})"));
  const auto before = rg::memory::stats().allocations;
  test::check_contains(load_error(path), "describes 1099511627776 bytes of values");
  CHECK(rg::memory::stats().allocations == before);
}
