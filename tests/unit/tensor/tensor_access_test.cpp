#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using doctest::Contains;
using rg::Tensor;

namespace {
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
}

TEST_CASE("item: the only element, converted") {
  CHECK(rg::tensor(2.75).item<double>() == 2.75);
  CHECK(rg::tensor({{{-3}}}).item<float>() == -3);
  CHECK(rg::tensor(2.75).item<std::int64_t>() == 2);
  CHECK(rg::tensor(0.25, {.dtype = rg::bfloat16}).item<bool>());
  CHECK(rg::tensor(kMost).item<std::int64_t>() == kMost);
  CHECK(rg::select(rg::arange(5), 0, 3).item<std::int64_t>() == 3);
}

TEST_CASE("item: any other number of elements is a ShapeError that shows the tensor") {
  CHECK_THROWS_WITH_AS(rg::ones({2, 1}).item<float>(), Contains("input  float32 [2, 1]"),
                       rg::ShapeError);
  CHECK_THROWS_AS(rg::ones({0}).item<float>(), rg::ShapeError);
  CHECK_THROWS_WITH_AS(Tensor().item<float>(), Contains("input  undefined"), rg::ShapeError);
}

TEST_CASE("at: counts from the end too, and needs one number a dimension") {
  const Tensor x = rg::transpose(rg::reshape(rg::arange(6), {2, 3}), 0, 1);
  CHECK(x.at({2, 1}) == 5);
  CHECK(x.at({-3, -1}) == 3);
  CHECK(rg::tensor(7).at({}) == 7);
  CHECK_THROWS_WITH_AS(x.at({1}), Contains("one number for each dimension"), rg::IndexError);
  CHECK_THROWS_WITH_AS(x.at({3, 0}), Contains("index [3, 0] is out of range"), rg::IndexError);
  CHECK_THROWS_AS(x.at({0, -3}), rg::IndexError);
  CHECK_THROWS_AS(rg::ones({0}).at({0}), rg::IndexError);
}

TEST_CASE("size: from either end") {
  const Tensor x = rg::ones({2, 3, 4});
  CHECK(x.size(0) == 2);
  CHECK(x.size(-1) == 4);
  CHECK(x.size(-3) == 2);
  CHECK_THROWS_WITH_AS(x.size(3), Contains("expected -3 to 2"), rg::IndexError);
  CHECK_THROWS_AS(x.size(-4), rg::IndexError);
  CHECK_THROWS_WITH_AS(rg::tensor(1.0).size(-1), Contains("a scalar has no dimension -1"),
                       rg::IndexError);
}

TEST_CASE("errors: carry the caller's line") {
  const unsigned line = __LINE__ + 2;
  try {
    rg::ones({2}).item<float>();
    FAIL("nothing was thrown");
  } catch (const rg::Error& error) {
    CHECK(error.where().line == line);
    test::check_contains(error.what(), "tensor_access_test.cpp:" + std::to_string(line));
  }
}

TEST_CASE("Frame: a line of the library's own counts as that of the frame around it") {
  using rg::Frame;
  const rg::Where inside = rg::Where::at("@/ops/loss.cpp", 9);
  CHECK(Frame::current() == nullptr);
  CHECK(rg::to_string(rg::users_line(inside)) == "loss.cpp:9");
  {
    const Frame outer("outer", rg::Where::at("a.cpp", 1));
    CHECK(Frame::current() == &outer);
    {
      const Frame inner("inner", inside, Frame::Kind::node);
      CHECK(rg::to_string(inner.where()) == "a.cpp:1");
      CHECK(inner.outer() == &outer);
      const Frame users("users", rg::Where::at("b.cpp", 2));
      CHECK(rg::to_string(rg::users_line(inside)) == "b.cpp:2");
    }
    CHECK(rg::to_string(rg::users_line(inside)) == "a.cpp:1");
    CHECK(rg::to_string(rg::users_line(rg::Where::at("c.cpp", 3))) == "c.cpp:3");
    std::thread([] { CHECK(Frame::current() == nullptr); }).join();
  }
  CHECK(Frame::current() == nullptr);
}

TEST_CASE("undefined tensors: every question is a GraphError, not a crash") {
  const Tensor none;
  CHECK_FALSE(none.defined());
  CHECK_THROWS_AS(none.shape(), rg::GraphError);
  CHECK_THROWS_AS(none.dtype(), rg::GraphError);
  CHECK_THROWS_AS(none.numel(), rg::GraphError);
  CHECK_THROWS_AS(none.is_contiguous(), rg::GraphError);
  CHECK_THROWS_AS(none.to_vector<float>(), rg::GraphError);
  CHECK_THROWS_AS(none.at({}), rg::GraphError);
}

TEST_CASE("Dims: eight at most") {
  rg::Dims eight = rg::Dims::filled(8, 1);
  CHECK(rg::ones(eight).dim() == 8);
  CHECK_THROWS_WITH_AS(eight.push_back(1),
                       "tensors have at most 8 dimensions, not 9  [too-many-dims]", rg::ShapeError);
  CHECK_THROWS_AS(eight.insert(0, 1), rg::ShapeError);
  CHECK_THROWS_AS(eight.resize(9), rg::ShapeError);
  CHECK_THROWS_AS((rg::Dims{1, 1, 1, 1, 1, 1, 1, 1, 1}), rg::ShapeError);
  CHECK_THROWS_AS(rg::Dims(std::vector<std::int64_t>(9)), rg::ShapeError);
  CHECK_THROWS_AS(rg::unsqueeze(rg::ones(eight), 0), rg::ShapeError);
  CHECK_THROWS_AS(rg::tensor({{{{{{{{{1}}}}}}}}}), rg::ShapeError);
  CHECK(eight == rg::Dims::filled(8, 1));
}

TEST_CASE("Dims: insert, erase, compare, print") {
  rg::Dims dims{2, 4};
  dims.insert(1, 3);
  dims.insert(0, 1);
  dims.push_back(5);
  CHECK(dims == rg::Dims{1, 2, 3, 4, 5});
  dims.erase(0);
  dims.erase(3);
  CHECK(dims == rg::Dims{2, 3, 4});
  CHECK(dims != rg::Dims{2, 3});
  CHECK(rg::to_string(dims) == "[2, 3, 4]");
  CHECK(rg::to_string(rg::Dims{}) == "[]");
}

TEST_CASE("shapes: rank 0 holds one element, a size of 0 holds none") {
  const Tensor scalar = rg::ones({});
  CHECK(scalar.dim() == 0);
  CHECK(scalar.to_vector<float>() == std::vector<float>{1});
  for (const rg::Shape& shape : {rg::Shape{0}, rg::Shape{3, 0}, rg::Shape{0, 0, 2}}) {
    const Tensor x = rg::ones(shape);
    CHECK(x.shape() == shape);
    CHECK(x.numel() == 0);
    CHECK(x.is_contiguous());
    CHECK(x.to_vector<float>().empty());
    CHECK(x.clone().shape() == shape);
    CHECK((x + 1).shape() == shape);
  }
}

TEST_CASE("shapes: negative sizes and overflow are refused before memory is taken") {
  const auto before = rg::memory::stats().allocations;
  CHECK_THROWS_WITH_AS(rg::empty({3, -1}), Contains("negative size in shape [3, -1]"),
                       rg::ShapeError);
  CHECK_THROWS_AS(rg::zeros({-1, 0}), rg::ShapeError);
  CHECK_THROWS_AS(rg::randn({std::numeric_limits<std::int64_t>::min()}), rg::ShapeError);
  CHECK_THROWS_WITH_AS(rg::empty({kMost, 2}), Contains("more elements than memory can address"),
                       rg::ShapeError);
  CHECK_THROWS_AS(rg::ones({kMost / 2}, {.dtype = rg::float64}), rg::ShapeError);
  constexpr std::int64_t large = std::int64_t{1} << 40;
  CHECK_THROWS_AS(rg::full({large, large, large, large}, 1), rg::ShapeError);
  CHECK_THROWS_AS(rg::empty({large, large, large, 0}), rg::ShapeError);
  CHECK_THROWS_AS(rg::linspace(0, 1, -1), rg::ShapeError);
  CHECK_THROWS_AS(rg::eye(-1), rg::ShapeError);
  CHECK(rg::memory::stats().allocations == before);
}

TEST_CASE("shapes: more bytes than there are is OutOfMemory, which is a bad_alloc") {
  constexpr std::int64_t count = std::int64_t{1} << 50;
  CHECK_THROWS_WITH_AS(rg::empty({count}), Contains("bytes were asked for"), rg::OutOfMemory);
  CHECK_THROWS_AS(rg::ones({count}), std::bad_alloc);
  CHECK(rg::ones({2}).to_vector<float>() == std::vector<float>{1, 1});
}
