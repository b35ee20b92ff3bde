#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using doctest::Contains;
using rg::Tensor;
using Ints = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

TEST_CASE("tensor: nested lists, row-major") {
  const Tensor x = rg::tensor({{{1, 2}, {3, 4}, {5, 6}}});
  CHECK(x.shape() == rg::Shape{1, 3, 2});
  CHECK(x.to_vector<std::int64_t>() == Ints{1, 2, 3, 4, 5, 6});
  CHECK(rg::tensor(5).shape() == rg::Shape{});
  CHECK(rg::tensor({5}).shape() == rg::Shape{1});
  CHECK(rg::tensor({}).shape() == rg::Shape{0});
  CHECK(rg::tensor({{}, {}}).shape() == rg::Shape{2, 0});
  CHECK(rg::tensor(std::vector<double>{1, 2, 3}).shape() == rg::Shape{3});
}

TEST_CASE("tensor: the dtype follows the values") {
  CHECK(rg::tensor({1.0, 2.0}).dtype() == rg::float32);
  CHECK(rg::tensor({1, 2}).dtype() == rg::int64);
  CHECK(rg::tensor({true, false}).dtype() == rg::boolean);
  CHECK(rg::tensor({{1, 2}, {3, 4.5F}}).dtype() == rg::float32);
  CHECK(rg::tensor({true, 2}).dtype() == rg::int64);
  CHECK(rg::tensor({}).dtype() == rg::float32);
  CHECK(rg::tensor(std::vector<bool>{true}).dtype() == rg::boolean);
  CHECK(rg::tensor({1, 2}, {.dtype = rg::float64}).to_vector<double>() == Doubles{1, 2});
  CHECK(rg::tensor({0.1}, {.dtype = rg::float64}).item<double>() == 0.1);
}

TEST_CASE("tensor: lists of different lengths are refused") {
  constexpr const char* expected = "tensor: the lists on one level differ in length   at tensor_c";
  CHECK_THROWS_WITH_AS(rg::tensor({{1, 2}, {3}}), Contains(expected), rg::ShapeError);
  CHECK_THROWS_WITH_AS(rg::tensor({{{1}, {2, 3}}, {{4}, {5, 6}}}), Contains(expected),
                       rg::ShapeError);
  CHECK_THROWS_WITH_AS(rg::tensor({{1}, 2}), Contains(expected), rg::ShapeError);
}

TEST_CASE("creation: bad sizes are refused in the name of the call") {
  const auto refused = [](const char* op, auto&& make) {
    CHECK_THROWS_WITH_AS(make(),
                         Contains((std::string(op) + ": negative size in shape [2, -1]").c_str()),
                         rg::ShapeError);
  };
  refused("empty", [] { return rg::empty({2, -1}); });
  refused("zeros", [] { return rg::zeros({2, -1}); });
  refused("ones", [] { return rg::ones({2, -1}); });
  refused("full", [] { return rg::full({2, -1}, 1); });
  refused("rand", [] { return rg::rand({2, -1}); });
  refused("randn", [] { return rg::randn({2, -1}); });
  refused("randint", [] { return rg::randint(0, 2, {2, -1}); });
  refused("eye", [] { return rg::eye(2, -1); });
}

TEST_CASE("zeros, ones, full: float32 unless said otherwise, full as its value") {
  CHECK(rg::zeros({2, 2}).to_vector<float>() == std::vector<float>(4, 0));
  CHECK(rg::ones({3}).to_vector<float>() == std::vector<float>(3, 1));
  for (const rg::DType dtype : {rg::float64, rg::bfloat16, rg::int64, rg::uint8, rg::boolean}) {
    CHECK(rg::zeros({2}, {.dtype = dtype}).dtype() == dtype);
    CHECK(rg::zeros({2}, {.dtype = dtype}).to_vector<double>() == Doubles{0, 0});
    CHECK(rg::ones({2}, {.dtype = dtype}).to_vector<double>() == Doubles{1, 1});
    CHECK(rg::empty({2, 3}, {.dtype = dtype}).dtype() == dtype);
  }
  CHECK(rg::full({2}, 7).dtype() == rg::int64);
  CHECK(rg::full({2}, 7.5).dtype() == rg::float32);
  CHECK(rg::full({2}, true).dtype() == rg::boolean);
  CHECK(rg::full({2}, 7.5, {.dtype = rg::uint8}).to_vector<double>() == Doubles{7, 7});
}

TEST_CASE("eye: ones on the diagonal of any rectangle") {
  CHECK(rg::eye(2).to_vector<float>() == std::vector<float>{1, 0, 0, 1});
  CHECK(rg::eye(2, 3, {.dtype = rg::int64}).to_vector<double>() == Doubles{1, 0, 0, 0, 1, 0});
  CHECK(rg::eye(3, 1).to_vector<double>() == Doubles{1, 0, 0});
  CHECK(rg::eye(2, 0).shape() == rg::Shape{2, 0});
}

TEST_CASE("arange: the end is left out, up or down") {
  CHECK(rg::arange(4).to_vector<std::int64_t>() == Ints{0, 1, 2, 3});
  CHECK(rg::arange(2, 9, 3).to_vector<std::int64_t>() == Ints{2, 5, 8});
  CHECK(rg::arange(5, 0, -2).to_vector<std::int64_t>() == Ints{5, 3, 1});
  CHECK(rg::arange(3, 3).numel() == 0);
  CHECK(rg::arange(0, 1, 0.25).to_vector<double>() == Doubles{0, 0.25, 0.5, 0.75});
  CHECK(rg::arange(0, 1, 0.375).to_vector<double>() == Doubles{0, 0.375, 0.75});
  CHECK(rg::arange(4).dtype() == rg::int64);
  CHECK(rg::arange(4.0).dtype() == rg::float32);
  CHECK(rg::arange(3, {.dtype = rg::bfloat16}).to_vector<double>() == Doubles{0, 1, 2});
}

TEST_CASE("arange: integers are exact over all 64 bits") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  CHECK(rg::arange(most - 3, most, 2).to_vector<std::int64_t>() == Ints{most - 3, most - 1});
  CHECK(rg::arange(least + 1, least, -1).to_vector<std::int64_t>() == Ints{least + 1});
  CHECK(rg::arange(least, most, most).to_vector<std::int64_t>() == Ints{least, -1, most - 1});
}

TEST_CASE("arange: a step of 0, of the wrong sign, or without end is refused") {
  CHECK_THROWS_WITH_AS(rg::arange(0, 3, 0), Contains("a finite step other than 0"), rg::ValueError);
  CHECK_THROWS_WITH_AS(rg::arange(0, 3, -1), Contains("leads away"), rg::ValueError);
  CHECK_THROWS_WITH_AS(rg::arange(-1), Contains("leads away"), rg::ValueError);
  CHECK_THROWS_AS(rg::arange(0.0, 3.0, NAN), rg::ValueError);
  CHECK_THROWS_AS(rg::arange(HUGE_VAL), rg::ValueError);
  CHECK_THROWS_AS(rg::arange(1e30), rg::ShapeError);
}

TEST_CASE("linspace: meets both ends exactly") {
  CHECK(rg::linspace(0, 1, 5).to_vector<double>() == Doubles{0, 0.25, 0.5, 0.75, 1});
  const auto thirds = rg::linspace(0.1, 0.7, 4, {.dtype = rg::float64}).to_vector<double>();
  CHECK(thirds.front() == 0.1);
  CHECK(thirds.back() == 0.7);
  CHECK(rg::linspace(3, -3, 3).to_vector<double>() == Doubles{3, 0, -3});
  CHECK(rg::linspace(2, 9, 1).to_vector<double>() == Doubles{2});
  CHECK(rg::linspace(2, 9, 0).numel() == 0);
}

TEST_CASE("requires_grad: given at creation, refused for integers") {
  CHECK(rg::ones({2}, {.requires_grad = true}).requires_grad());
  CHECK(rg::tensor({1.0}, {.requires_grad = true}).is_leaf());
  CHECK(rg::randn_like(rg::ones({2}), {.requires_grad = true}).requires_grad());
  CHECK_FALSE(rg::zeros_like(rg::ones({2}, {.requires_grad = true})).requires_grad());
  CHECK_THROWS_AS(rg::arange(3, {.requires_grad = true}), rg::DTypeError);
}

TEST_CASE("like: shape, dtype and layout of the other tensor") {
  const Tensor x =
      rg::empty_strided({2, 3, 4, 5}, rg::channels_last_strides({2, 3, 4, 5}), rg::bfloat16);
  for (const Tensor& y : {rg::empty_like(x), rg::zeros_like(x), rg::ones_like(x),
                          rg::full_like(x, 2), rg::rand_like(x), rg::randn_like(x)}) {
    CHECK(y.shape() == x.shape());
    CHECK(y.dtype() == rg::bfloat16);
    CHECK(y.strides() == x.strides());
    CHECK_FALSE(y.shares_memory_with(x));
  }
  CHECK(rg::full_like(x, 2.5, {.dtype = rg::float64}).at({1, 2, 3, 4}) == 2.5);
  CHECK(rg::zeros_like(rg::arange(3)).dtype() == rg::int64);
}

TEST_CASE("like: a tensor with gaps or repeats gives a row-major one") {
  const Tensor x = rg::ones({4, 6});
  for (const Tensor& other :
       {rg::slice(x, 1, 0, 6, 2), rg::slice(x, 1, 0, 3), rg::expand(rg::ones({1, 3}), {4, 3})}) {
    CHECK(rg::ones_like(other).is_contiguous());
    CHECK(rg::rand_like(other).is_contiguous());
  }
}
