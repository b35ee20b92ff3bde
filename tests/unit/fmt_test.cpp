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
}
