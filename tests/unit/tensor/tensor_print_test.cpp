// Texts of tensors. Those of values were compared with numpy.array2string(x, separator=", ") of
// NumPy 1.24, which has other texts for booleans and for whole float32 numbers above 2^24 only.
#include <doctest/doctest.h>

#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <thread>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_number = std::numeric_limits<double>::quiet_NaN();

std::string printed(const Tensor& x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

std::string values(const Tensor& x, rg::PrintOptions options = {}) {
  options.head = false;
  return to_string(x, options);
}

// 1234.5 as "1.234,5".
class German : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("print: dtype, shape and values with their points below each other") {
  CHECK(printed(rg::tensor({{1.0, 2.5}, {-3.0, 14.25}})) ==
        "tensor float32 [2, 2]\n"
        "[[ 1.  ,  2.5 ],\n"
        " [-3.  , 14.25]]");
  CHECK(printed(rg::tensor({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}})) ==
        "tensor int64 [2, 2, 2]\n"
        "[[[1, 2],\n"
        "  [3, 4]],\n"
        "\n"
        " [[5, 6],\n"
        "  [7, 8]]]");
  CHECK(values(rg::reshape(rg::arange(4), {2, 1, 2, 1})) ==
        "[[[[0],\n   [1]]],\n\n\n [[[2],\n   [3]]]]");
}

TEST_CASE("print: every dtype") {
  CHECK(values(rg::tensor({1.0 / 3, 2e-3, 2.0}, {.dtype = rg::float64})) ==
        "[0.3333, 0.002 , 2.    ]");
  CHECK(values(rg::tensor({1.0 / 3}, {.dtype = rg::bfloat16})) == "[0.334]");
  CHECK(values(rg::tensor({0.1, 16777216})) == "[1.0000e-01, 1.6777e+07]");
  CHECK(values(rg::tensor({0, 255}, {.dtype = rg::uint8})) == "[  0, 255]");
  CHECK(values(rg::tensor({true, false})) == "[ true, false]");
  CHECK(values(rg::tensor({true, true})) == "[true, true]");
  CHECK(values(rg::tensor({std::numeric_limits<std::int64_t>::min(), std::int64_t{7}})) ==
        "[-9223372036854775808,                    7]");
  CHECK(values(rg::slice(rg::arange(9), 0, 7)) == "[7, 8]");
}

TEST_CASE("print: scientific form is chosen for the whole tensor") {
  CHECK(values(rg::tensor({1.0, 1000.0})) == "[   1., 1000.]");
  CHECK(values(rg::tensor({1.0, 1001.0})) == "[1.000e+00, 1.001e+03]");
  CHECK(values(rg::tensor({1e-4, 2e-4})) == "[0.0001, 0.0002]");
  CHECK(values(rg::tensor({9e-5, 0.0})) == "[9.e-05, 0.e+00]");
  CHECK(values(rg::tensor({99999992.0})) == "[99999992.]");
  CHECK(values(rg::tensor({1e8, -5e8})) == "[ 1.e+08, -5.e+08]");
  CHECK(values(rg::tensor({-1.5e-10, 2e-300}, {.dtype = rg::float64})) == "[-1.5e-010,  2.0e-300]");
  CHECK(values(rg::tensor({9e-5, 1.0, -0.25}), {.suppress = true}) ==
        "[ 0.0001,  1.    , -0.25  ]");
}

TEST_CASE("print: numbers that are none, or infinite") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    CHECK(values(rg::tensor({inf, -inf, not_number, -not_number, -0.0}, {.dtype = dtype})) ==
          "[ inf, -inf,  nan,  nan,  -0.]");
    CHECK(values(rg::tensor({not_number, 1.5}, {.dtype = dtype})) == "[nan, 1.5]");
    CHECK(values(rg::tensor({not_number}, {.dtype = dtype})) == "[nan]");
    CHECK(values(rg::tensor({not_number, 1e9, 1.0}, {.dtype = rg::float64})) ==
          "[   nan, 1.e+09, 1.e+00]");
  }
}

TEST_CASE("print: rank 0, empty and undefined tensors") {
  CHECK(printed(rg::tensor(2.5)) == "tensor float32 [] 2.5");
  CHECK(printed(rg::tensor(3)) == "tensor int64 [] 3");
  CHECK(printed(rg::tensor({})) == "tensor float32 [0]\n[]");
  CHECK(printed(rg::zeros({2, 0})) == "tensor float32 [2, 0]\n[]");
  CHECK(printed(rg::zeros({0, 5000})) == "tensor float32 [0, 5000]\n[]");
  CHECK(printed(Tensor()) == "tensor undefined");
}

TEST_CASE("print: a leaf says that it requires a gradient, a result its operator and line") {
  const Tensor x = rg::ones({2}, {.requires_grad = true});
  CHECK(printed(x) == "tensor float32 [2] requires_grad\n[1., 1.]");
  const Tensor y = rg::sum(x, {}, false, rg::Where::at("models/model.cpp", 42));
  CHECK(printed(y) == "tensor float32 [] 2. <sum model.cpp:42>");
  Tensor base = x * 1.0;
  const Tensor view = base[0];
  base.mul_(3.0, rg::Where::at("model.cpp", 7));
  CHECK(printed(view) == "tensor float32 [] 3. <mul model.cpp:7>");
  CHECK(printed(y.detach()) == "tensor float32 [] 2.");
  CHECK(values(y) == "2.");
}

TEST_CASE("print: above 1,000 elements the middle is left out") {
  CHECK(values(rg::arange(1001)) == "[   0,    1,    2, ...,  998,  999, 1000]");
  CHECK(values(rg::arange(1000)).find("...") == std::string::npos);
  CHECK(values(rg::reshape(rg::arange(1400), {200, 7})) ==
        "[[   0,    1,    2, ...,    4,    5,    6],\n"
        " [   7,    8,    9, ...,   11,   12,   13],\n"
        " [  14,   15,   16, ...,   18,   19,   20],\n"
        " ...,\n"
        " [1379, 1380, 1381, ..., 1383, 1384, 1385],\n"
        " [1386, 1387, 1388, ..., 1390, 1391, 1392],\n"
        " [1393, 1394, 1395, ..., 1397, 1398, 1399]]");
  CHECK(values(rg::zeros({3, 1, 2}), {.threshold = 1, .edgeitems = 1}) ==
        "[[[0., 0.]],\n\n ...,\n\n [[0., 0.]]]");
}

TEST_CASE("print: a short dimension of a large tensor is shown whole") {
  CHECK(values(rg::expand(rg::tensor(7), {5, 300})) ==
        "[[7, 7, 7, ..., 7, 7, 7],\n"
        " [7, 7, 7, ..., 7, 7, 7],\n"
        " [7, 7, 7, ..., 7, 7, 7],\n"
        " [7, 7, 7, ..., 7, 7, 7],\n"
        " [7, 7, 7, ..., 7, 7, 7]]");
  CHECK(rg::to_string(rg::zeros({200, 200, 200})).size() < 2000);
}

TEST_CASE("print: rows are broken at the width of a line") {
  CHECK(values(rg::arange(8), {.linewidth = 10}) == "[0, 1, 2,\n 3, 4, 5,\n 6, 7]");
  CHECK(values(rg::reshape(rg::arange(8), {2, 4}), {.linewidth = 11}) ==
        "[[0, 1, 2,\n  3],\n [4, 5, 6,\n  7]]");
  CHECK(values(rg::tensor({100, 2}), {.linewidth = 1}) == "[100,\n   2]");
}

TEST_CASE("print options: of all threads, of a scope, of a call") {
  const Tensor x = rg::tensor({1.0 / 3});
  CHECK(values(x, {.precision = 2}) == "[0.33]");
  CHECK(to_string(x, {.precision = 0}) == "tensor float32 [1]\n[0.]");
  const rg::PrintOptions before = rg::print_options();
  rg::set_print_options({.precision = 1});
  std::string of_other;
  {
    const rg::PrintOptionsGuard guard({.precision = 3, .head = false});
    CHECK(printed(x) == "[0.333]");
    {
      const rg::PrintOptionsGuard inner({.precision = 5, .head = false});
      CHECK(printed(x) == "[0.33333]");
      rg::set_print_options({.precision = 6, .head = false});  // until the guard ends
      CHECK(printed(x) == "[0.333333]");
    }
    CHECK(printed(x) == "[0.333]");
    std::thread([&] { of_other = printed(x); }).join();
  }
  CHECK(of_other == "tensor float32 [1]\n[0.3]");
  CHECK(printed(x) == of_other);
  rg::set_print_options(before);
  CHECK(printed(x) == "tensor float32 [1]\n[0.3333]");
}

TEST_CASE("print options: numbers out of range are refused, and change nothing") {
  const auto refused = [](const rg::PrintOptions& options, const char* what) {
    const auto line = rg::Where::at("model.cpp", 3);
    CHECK_THROWS_WITH_AS(
        rg::set_print_options(options, line),
        (std::string("set_print_options: ") + what + "   at model.cpp:3  [value-out-of-range]")
            .c_str(),
        rg::ValueError);
    CHECK_THROWS_AS(rg::PrintOptionsGuard(options, line), rg::ValueError);
    CHECK_THROWS_AS(static_cast<void>(to_string(Tensor(), options)), rg::ValueError);
  };
  refused({.precision = -1}, "precision is -1; at least 0 is needed");
  refused({.threshold = -2}, "threshold is -2; at least 0 is needed");
  refused({.edgeitems = 0}, "edgeitems is 0; at least 1 is needed");
  refused({.linewidth = 0}, "linewidth is 0; at least 1 is needed");
  CHECK(rg::print_options().edgeitems == 3);
}

TEST_CASE("print: neither the stream's nor the global locale, nor stream flags matter") {
  const Tensor x = rg::tensor({1234.5, 20.25});
  const Tensor counts = rg::tensor({{1234567}});
  const std::string expected = "tensor float32 [2]\n[1234.5 ,   20.25]";
  const std::locale german(std::locale::classic(), new German);
  const std::locale previous = std::locale::global(german);
  std::ostringstream out;
  out.precision(2);
  out.width(60);
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
