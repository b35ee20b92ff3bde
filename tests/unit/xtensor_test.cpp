// <retrograd/xtensor.h>: views both ways, tensors of expressions, and the shim for xtensor under
// C++20.
#include <retrograd/retrograd.h>
#include <retrograd/xtensor.h>

#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace rg = retrograd;
using Values = std::vector<double>;

TEST_CASE("as_xtensor: shares memory, values and shape") {
  rg::Tensor x = rg::tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  auto view = rg::as_xtensor<float>(x);
  CHECK(view == xt::xarray<float>{{1, 2, 3}, {4, 5, 6}});
  view(1, 2) = 60;
  CHECK(x.at({1, 2}) == 60);
  x.fill_(7);
  CHECK(view(0, 0) == 7);
}

TEST_CASE("as_xtensor: assignments of every kind keep a tensor's layout") {
  const rg::Tensor x = rg::transpose(rg::tensor({{1, 2}, {3, 4}, {5, 6}}), 0, 1);  // [2, 3]
  auto view = rg::as_xtensor<std::int64_t>(x);
  CHECK(view == xt::xarray<std::int64_t>{{1, 3, 5}, {2, 4, 6}});
  view = view + 10;
  CHECK(x.to_vector<double>() == Values{11, 13, 15, 12, 14, 16});
  xt::noalias(view) = 2 * view;
  CHECK(x.to_vector<double>() == Values{22, 26, 30, 24, 28, 32});
  view -= xt::xarray<std::int64_t>{20, 20, 20};
  CHECK(x.to_vector<double>() == Values{2, 6, 10, 4, 8, 12});
  view.fill(1);
  CHECK(x.to_vector<double>() == Values(6, 1));
}

TEST_CASE("as_xtensor: steps, offsets, repeated and single elements") {
  const rg::Tensor x = rg::reshape(rg::arange(24.0), {2, 3, 4});
  const rg::Tensor part = rg::slice(rg::select(x, 0, 1), 1, 1, 4, 2);  // [3, 2]
  const auto view = rg::as_xtensor<float>(part);
  CHECK(view == xt::xarray<float>{{13, 15}, {17, 19}, {21, 23}});
  const auto repeated = rg::as_xtensor<float>(rg::expand(rg::tensor({{1.0}, {2.0}}), {2, 2}));
  CHECK(repeated == xt::xarray<float>{{1, 1}, {2, 2}});
  const xt::xarray<float> sum = rg::as_xtensor<float>(rg::tensor({{1.0, 2.0}})) + repeated;
  CHECK(sum == xt::xarray<float>{{2, 3}, {3, 4}});
  CHECK(rg::as_xtensor<float>(rg::tensor(5.0))() == 5);
  const auto none = rg::as_xtensor<float>(rg::zeros({0, 3}));
  CHECK(none.size() == 0);
  CHECK(none.shape()[1] == 3);
}

TEST_CASE("as_xtensor: keeps the memory alive") {
  int freed = 0;
  float value = 3;
  {
    const auto view = [&] {
      return rg::as_xtensor<float>(rg::from_blob(&value, {1}, rg::float32, [&] { ++freed; }));
    }();
    CHECK(freed == 0);
    CHECK(view(0) == 3);
  }
  CHECK(freed == 1);
}

TEST_CASE("as_xtensor: another dtype is refused") {
  const rg::Tensor x = rg::zeros({2});
  CHECK_THROWS_WITH_AS(
      rg::as_xtensor<double>(x),
      doctest::Contains("as_xtensor: asked for a view of float64 elements   at xtensor_test.cpp"),
      rg::DTypeError);
}

TEST_CASE("from_xtensor: shares the memory of an array and of strided views") {
  xt::xarray<double> array{{1, 2, 3}, {4, 5, 6}};
  const rg::Tensor x = rg::from_xtensor(array);
  CHECK(x.dtype() == rg::float64);
  CHECK(x.is_contiguous());
  CHECK(x.data<double>() == array.data());
  array(0, 1) = 20;
  CHECK(x.at({0, 1}) == 20);

  auto columns = xt::strided_view(array, {xt::all(), xt::range(1, 3)});
  const rg::Tensor part = rg::from_xtensor(columns);
  CHECK(part.to_vector<double>() == Values{20, 3, 5, 6});
  auto turned = xt::transpose(array);
  rg::Tensor transposed = rg::from_xtensor(turned);
  CHECK(transposed.shape() == rg::Shape{3, 2});
  transposed.mul_(2);
  CHECK(array == xt::xarray<double>{{2, 40, 6}, {8, 10, 12}});
}

TEST_CASE("from_xtensor: arrays of fixed rank, of booleans, of one row, of nothing") {
  xt::xtensor<float, 2, xt::layout_type::column_major> columns{{1, 2}, {3, 4}};
  CHECK(rg::from_xtensor(columns).to_vector<double>() == Values{1, 2, 3, 4});
  xt::xarray<bool> flags{true, false};
  CHECK(rg::from_xtensor(flags).dtype() == rg::boolean);
  xt::xarray<std::int64_t> row{{1, 2, 3}};
  CHECK(rg::from_xtensor(row).is_contiguous());
  xt::xarray<float> nothing = xt::zeros<float>({0, 3});
  CHECK(rg::from_xtensor(nothing).shape() == rg::Shape{0, 3});
}

TEST_CASE("from_xtensor: takes over an array that is moved in") {
  xt::xarray<float> array = xt::ones<float>({1000});
  const float* const memory = array.data();
  const rg::Tensor x = rg::from_xtensor(std::move(array));
  CHECK(x.data<float>() == memory);
  CHECK(rg::sum(x).item<float>() == 1000);
  CHECK(rg::from_xtensor(xt::xarray<float>{1, 2}).to_vector<double>() == Values{1, 2});
}

TEST_CASE("from_xtensor: evaluates functions, reducers and generators of every dtype") {
  const xt::xarray<float> x{{1, 2, 3}, {4, 5, 6}};
  const xt::xarray<float> row{10, 20, 30};
  const rg::Tensor sum = rg::from_xtensor(2.0f * x + row);
  CHECK(sum.dtype() == rg::float32);
  CHECK(sum.is_contiguous());
  CHECK(sum.to_vector<double>() == Values{12, 24, 36, 18, 30, 42});
  CHECK(rg::from_xtensor(x).to_vector<double>() == Values{1, 2, 3, 4, 5, 6});  // const: copied

  const rg::Tensor total = rg::from_xtensor(xt::sum(x));
  CHECK(total.shape() == rg::Shape{});
  CHECK(total.item<float>() == 21);
  CHECK(rg::from_xtensor(xt::sum(x, {1})).to_vector<double>() == Values{6, 15});
  CHECK(rg::from_xtensor(xt::mean(x, {1}, xt::keep_dims)).shape() == rg::Shape{2, 1});
  CHECK(rg::from_xtensor(xt::xscalar<double>(3)).item<double>() == 3);
  CHECK(rg::from_xtensor(xt::zeros<float>({0, 3}) + row).shape() == rg::Shape{0, 3});
  CHECK(rg::from_xtensor(xt::broadcast(row, {2, 3})).is_contiguous());

  CHECK(rg::from_xtensor(x > 2.5f).dtype() == rg::boolean);
  CHECK(rg::from_xtensor(xt::arange<std::int64_t>(3)).dtype() == rg::int64);
  CHECK(rg::from_xtensor(xt::cast<std::uint8_t>(x)).dtype() == rg::uint8);
  const rg::Tensor half = rg::tensor({1.5, 2.5}, {.dtype = rg::bfloat16});
  CHECK(rg::from_xtensor(xt::cast<rg::BFloat16>(3.0f * rg::as_xtensor<rg::BFloat16>(half)))
            .to_vector<double>() == Values{4.5, 7.5});
}

TEST_CASE("from_xtensor: views that are temporary") {
  xt::xarray<float> x{{1, 2, 3}, {4, 5, 6}};
  const rg::Tensor column = rg::from_xtensor(xt::strided_view(x, {xt::all(), 1}));
  x(1, 1) = 50;
  CHECK(column.to_vector<double>() == Values{2, 50});  // it shares the memory of x
  const xt::xarray<float>& constant = x;
  CHECK(rg::from_xtensor(xt::transpose(constant)).to_vector<double>() == Values{1, 4, 2, 50, 3, 6});
  CHECK(rg::from_xtensor(xt::flip(x, 1)).to_vector<double>() == Values{3, 2, 1, 6, 50, 4});
  CHECK(rg::from_xtensor(xt::reshape_view(x * 2.0f, {3, 2})).to_vector<double>() ==
        Values{2, 4, 6, 8, 100, 12});
  auto flipped = xt::flip(x, 0);
  CHECK_THROWS_WITH_AS(rg::from_xtensor(flipped), doctest::Contains("negative stride in [-3, 1]"),
                       rg::ShapeError);
}

TEST_CASE("from_xtensor: expressions that xtensor cannot evaluate") {
  const xt::xarray<float> x{{1, 2, 3}, {4, 5, 6}};
  const xt::xarray<float> four{1, 2, 3, 4};
  CHECK_THROWS_WITH_AS(rg::from_xtensor(xt::exp(x) - four),
                       doctest::Contains("from_xtensor: operands of shapes [2, 3], [4] do not "
                                         "broadcast   at xtensor_test.cpp"),
                       rg::ShapeError);
  CHECK_THROWS_WITH_AS(
      rg::from_xtensor(x - xt::sum(x, {1}, xt::keep_dims)),
      doctest::Contains("from_xtensor: a lazy reducer with xt::keep_dims is broadcast from [2, 1] "
                        "to [2, 3]; write xt::keep_dims | xt::evaluation_strategy::immediate   at "
                        "xtensor_test.cpp"),
      rg::ValueError);
  const auto kept = xt::keep_dims | xt::evaluation_strategy::immediate;
  CHECK(rg::from_xtensor(x - xt::sum(x, {1}, kept)).to_vector<double>() ==
        Values{-5, -4, -3, -11, -10, -9});
}

TEST_CASE("xtensor_shim: reductions of whole arrays are right under C++20") {
  const xt::xarray<double> array{{0, 1, 2}, {3, 4, 5}};
  const auto sum = xt::sum(array, xt::evaluation_strategy::immediate);
  CHECK(sum.dimension() == 0);
  CHECK(sum() == 15);
  CHECK(xt::variance(array)() == doctest::Approx(35.0 / 12));
  using Dynamic = xt::xarray<double>::shape_type;
  CHECK(std::is_same_v<xt::detail::xtype_for_shape<Dynamic>::type<float, xt::layout_type::dynamic>,
                       xt::xarray<float, xt::layout_type::dynamic>>);
}
