#include <doctest/doctest.h>

#include <limits>
#include <locale>
#include <sstream>
#include <string>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

std::string printed(const Tensor& x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

// 1234.5 as "1.234,5".
class German : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("print: dtype, shape and values in columns") {
  CHECK(printed(rg::tensor({{1.0, 2.5}, {-3.0, 4.0}})) ==
        "tensor float32 [2, 2]\n"
        "[[  1, 2.5],\n"
        " [ -3,   4]]");
  CHECK(printed(rg::tensor({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}})) ==
        "tensor int64 [2, 2, 2]\n"
        "[[[1, 2],\n"
        "  [3, 4]],\n"
        " [[5, 6],\n"
        "  [7, 8]]]");
}

TEST_CASE("print: every dtype") {
  CHECK(printed(rg::tensor({1.0 / 3, 2e-10, 1e20}, {.dtype = rg::float64})) ==
        "tensor float64 [3]\n[0.33333,   2e-10,   1e+20]");
  CHECK(printed(rg::tensor({1.0 / 3}, {.dtype = rg::bfloat16})) ==
        "tensor bfloat16 [1]\n[0.33398]");
  CHECK(printed(rg::tensor({0, 255}, {.dtype = rg::uint8})) == "tensor uint8 [2]\n[  0, 255]");
  CHECK(printed(rg::tensor({true, false})) == "tensor boolean [2]\n[ true, false]");
  CHECK(printed(rg::tensor({std::numeric_limits<std::int64_t>::min()})) ==
        "tensor int64 [1]\n[-9223372036854775808]");
  CHECK(printed(rg::slice(rg::arange(9), 0, 7)) == "tensor int64 [2]\n[7, 8]");
}

TEST_CASE("print: numbers that are none, or infinite") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const std::string head = std::string("tensor ") + rg::name(dtype);
    CHECK(printed(rg::tensor({inf, -inf, nan, -nan, -0.0}, {.dtype = dtype})) ==
          head + " [5]\n[ inf, -inf,  nan,  nan,   -0]");
  }
}

TEST_CASE("print: rank 0, empty and undefined tensors") {
  CHECK(printed(rg::tensor(2.5)) == "tensor float32 [] 2.5");
  CHECK(printed(rg::tensor({})) == "tensor float32 [0]\n[]");
  CHECK(printed(rg::zeros({2, 0})) == "tensor float32 [2, 0]\n[[],\n []]");
  CHECK(printed(rg::zeros({0, 5000})) == "tensor float32 [0, 5000]\n[]");
  CHECK(printed(Tensor()) == "tensor undefined");
}

TEST_CASE("print: above 1,000 elements the middle is left out") {
  CHECK(printed(rg::arange(1001)) ==
        "tensor int64 [1001]\n[   0,    1,    2, ...,  998,  999, 1000]");
  CHECK(printed(rg::arange(1000)).find("...") == std::string::npos);
  CHECK(printed(rg::reshape(rg::arange(1400), {200, 7})) ==
        "tensor int64 [200, 7]\n"
        "[[   0,    1,    2, ...,    4,    5,    6],\n"
        " [   7,    8,    9, ...,   11,   12,   13],\n"
        " [  14,   15,   16, ...,   18,   19,   20],\n"
        " ...,\n"
        " [1379, 1380, 1381, ..., 1383, 1384, 1385],\n"
        " [1386, 1387, 1388, ..., 1390, 1391, 1392],\n"
        " [1393, 1394, 1395, ..., 1397, 1398, 1399]]");
}

TEST_CASE("print: a short dimension of a large tensor is shown whole") {
  CHECK(printed(rg::expand(rg::tensor(7), {5, 300})) ==
        "tensor int64 [5, 300]\n"
        "[[7, 7, 7, ..., 7, 7, 7],\n"
        " [7, 7, 7, ..., 7, 7, 7],\n"
        " [7, 7, 7, ..., 7, 7, 7],\n"
        " [7, 7, 7, ..., 7, 7, 7],\n"
        " [7, 7, 7, ..., 7, 7, 7]]");
  CHECK(rg::to_string(rg::zeros({200, 200, 200})).size() < 2000);
}

TEST_CASE("print: neither the stream's nor the global locale, nor stream flags matter") {
  const Tensor x = rg::tensor({1234.5, 0.25});
  const Tensor counts = rg::tensor({{1234567}});
  const std::string expected = "tensor float32 [2]\n[1234.5,   0.25]";
  const std::locale german(std::locale::classic(), new German);
  const std::locale previous = std::locale::global(german);
  std::ostringstream out;
  out.precision(2);
  out << std::hex << std::showpos << x;
  const std::string shape = rg::to_string(rg::Shape{1234567});
  const std::string integers = printed(counts);
  std::locale::global(previous);
  CHECK(out.str() == expected);
  CHECK(shape == "[1234567]");
  CHECK(integers == "tensor int64 [1, 1]\n[[1234567]]");
}

TEST_CASE("describe: dtype and shape") {
  CHECK(rg::describe(rg::zeros({2, 3}, {.dtype = rg::uint8})) == "uint8 [2, 3]");
  CHECK(rg::describe(Tensor()) == "undefined");
}
