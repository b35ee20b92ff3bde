#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using doctest::Contains;
using rg::Tensor;

TEST_CASE("from_blob: a view on foreign memory, both ways") {
  std::vector<float> values = {1, 2, 3, 4, 5, 6};
  Tensor x = rg::from_blob(values.data(), {2, 3}, rg::float32);
  CHECK(x.data<float>() == values.data());
  values[5] = 7;
  CHECK(x.at({1, 2}) == 7);
  x.mul_(2);
  CHECK(values == std::vector<float>{2, 4, 6, 8, 10, 14});
}

TEST_CASE("from_blob: strides, repeats included") {
  std::vector<double> values = {1, 2, 3, 4, 5, 6};
  CHECK(rg::from_blob(values.data(), {3, 2}, {1, 3}, rg::float64).to_vector<double>() ==
        std::vector<double>{1, 4, 2, 5, 3, 6});
  CHECK(rg::from_blob(values.data(), {2, 2}, {0, 5}, rg::float64).to_vector<double>() ==
        std::vector<double>{1, 6, 1, 6});
}

TEST_CASE("from_blob: the function runs once, when the last view is gone") {
  std::vector<float> values(6);
  int calls = 0;
  Tensor last;
  {
    const Tensor x = rg::from_blob(values.data(), {2, 3}, rg::float32, [&] { ++calls; });
    const Tensor same = x;
    last = rg::select(rg::transpose(x, 0, 1), 0, 2);
    CHECK_FALSE((x + 1).shares_memory_with(x));
  }
  CHECK(calls == 0);
  last = Tensor();
  CHECK(calls == 1);
}

TEST_CASE("from_blob: a tape keeps the memory alive") {
  std::vector<float> values = {3};
  int calls = 0;
  Tensor x = rg::tensor({2.0}, {.requires_grad = true});
  Tensor y = x * rg::from_blob(values.data(), {1}, rg::float32, [&] { ++calls; });
  CHECK(calls == 0);
  y.backward();
  CHECK(x.grad().item<float>() == 3);
  y = Tensor();
  CHECK(calls == 1);
}

TEST_CASE("from_blob: without a function, and without elements") {
  float value = 5;
  CHECK(rg::from_blob(&value, {}, rg::float32).item<float>() == 5);
  CHECK(rg::from_blob(nullptr, {0, 3}, rg::float32).numel() == 0);
}

TEST_CASE("from_blob: errors leave the memory to the caller") {
  std::vector<float> values(4);
  int calls = 0;
  const auto free = [&] { ++calls; };
  const auto blob = [&](void* data, const rg::Shape& shape, const rg::Strides& strides) {
    return rg::from_blob(data, shape, strides, rg::float32, free);
  };
  CHECK_THROWS_WITH_AS(blob(values.data(), {2, 2}, {1}), Contains("do not fit shape [2, 2]"),
                       rg::ShapeError);
  CHECK_THROWS_WITH_AS(blob(values.data(), {2}, {-1}), Contains("negative stride"), rg::ShapeError);
  CHECK_THROWS_WITH_AS(blob(values.data(), {-2}, {1}), Contains("negative size"), rg::ShapeError);
  CHECK_THROWS_WITH_AS(blob(nullptr, {2}, {1}), Contains("null data"), rg::ValueError);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_WITH_AS(blob(values.data(), {3, 2}, {most / 2, 2}),
                       Contains("reaches further than memory can address"), rg::ShapeError);
  CHECK_THROWS_AS(blob(values.data(), {2, 2}, {most / 8 + 1, most / 8 + 1}), rg::ShapeError);
  CHECK_THROWS_AS(rg::from_blob(values.data(), {most, most, 2}, rg::float32), rg::ShapeError);
  CHECK(calls == 0);
}
