// <retrograd/fmt.h>: what a stream prints, fmt prints.
#include <retrograd/fmt.h>

#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace rg = retrograd;

TEST_CASE("fmt: tensors, dtypes, shapes and source lines") {
  const rg::Tensor x = rg::tensor({{1, 2}, {3, 4}});
  std::ostringstream streamed;
  streamed << x;
  CHECK(fmt::format("{}", x) == streamed.str());
  CHECK(fmt::format("{}", x[0]) == "tensor int64 [2]\n[1, 2]");
  CHECK(fmt::format("{} {}", x.dtype(), x.shape()) == "int64 [2, 2]");
  CHECK(fmt::format("at {}", rg::Where::at("models/net.cpp", 42)) == "at net.cpp:42");
  CHECK(fmt::format("{:>8}|{:8}|", x.dtype(), x.shape()) == "   int64|[2, 2]  |");
}

TEST_CASE("fmt: a tensor's format") {
  const rg::Tensor x = rg::tensor({1.0 / 3, 2.0, 0.00002}, {.requires_grad = true});
  CHECK(fmt::format("{:.2}", x) ==
        "tensor float32 [3] requires_grad\n[3.33e-01, 2.00e+00, 2.00e-05]");
  CHECK(fmt::format("{:.2fv}", x) == "[0.33, 2.  , 0.  ]");
  CHECK(fmt::format("{:8.1fv}", x) == "[0.3,\n 2. ,\n 0. ]");
  CHECK(fmt::format("{:s}|{:14s}|", x, x[0]) == "float32 [3]|float32 []    |");
  const rg::Tensor counts = rg::arange(1001);
  CHECK(fmt::format("{:#v}", counts).find("...") == std::string::npos);
  CHECK(fmt::format("{:v}", counts).find("...") != std::string::npos);
  const rg::PrintOptionsGuard guard({.precision = 1, .head = false});
  CHECK(fmt::format("{:f}", x) == "[0.3, 2. , 0. ]");
  for (const char* wrong :
       {"{:0}", "{:.}", "{:x}", "{:.2s}", "{:#s}", "{:vf}", "{:<9}", "{:9999999999}"}) {
    CHECK_THROWS_AS(static_cast<void>(fmt::format(fmt::runtime(wrong), x)), fmt::format_error);
  }
}
