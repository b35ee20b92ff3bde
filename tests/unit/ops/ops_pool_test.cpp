// Pools: indices, ties, special values, and the operators built of them.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;
using Values = std::vector<double>;
using Places = std::vector<std::int64_t>;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor leaf(const Tensor& values) {
  return values.to(rg::float64).detach().clone().set_requires_grad();
}

Values gradient(const Tensor& y, const Tensor& x) {
  return rg::grad({rg::sum(y)}, {x})[0].to_vector<double>();
}

}  // namespace

TEST_CASE("indices count the places of the input's spatial dimensions") {
  const Tensor line = rg::tensor({{1.0, 5.0, 2.0, 7.0, 3.0}, {9.0, 8.0, 7.0, 6.0, 5.0}});
  const auto one = rg::max_pool1d_with_indices(line, 2, {.stride = 1});
  CHECK(one.values.to_vector<double>() == Values{5, 5, 7, 7, 9, 8, 7, 6});
  CHECK(one.indices.to_vector<std::int64_t>() == Places{1, 1, 3, 3, 0, 1, 2, 3});
  CHECK(one.indices.dtype() == rg::int64);

  // 0 to 23 in order: the last place of every window wins.
  const Tensor volume = rg::reshape(rg::arange(24).to(rg::float32), {1, 1, 2, 3, 4});
  const auto three = rg::max_pool3d_with_indices(volume, {2, 2, 2}, {.stride = {2, 1, 2}});
  CHECK(three.indices.to_vector<std::int64_t>() == Places{17, 19, 21, 23});
  CHECK(three.values.to_vector<double>() == Values{17, 19, 21, 23});
  const auto padded = rg::max_pool2d_with_indices(
      rg::reshape(rg::arange(6).to(rg::float32), {1, 1, 2, 3}), 2, {.stride = 2, .padding = 1});
  CHECK(padded.indices.to_vector<std::int64_t>() == Places{0, 2, 3, 5});
}

TEST_CASE("a window of 256 places and more still finds its winner") {
  Tensor x = rg::zeros({1, 1, 20, 20}, {.dtype = rg::float64});
  x.data<double>()[20 * 17 + 16] = 1;
  x.set_requires_grad();
  const auto found = rg::max_pool2d_with_indices(x, 18, {.stride = 2});
  CHECK(found.values.to_vector<double>() == Values{1, 1, 1, 1});
  CHECK(found.indices.to_vector<std::int64_t>() == Places(4, 20 * 17 + 16));
  Values expected(400);
  expected[20 * 17 + 16] = 4;
  CHECK(gradient(found.values, x) == expected);
}

TEST_CASE("the first of equals gets the gradient, NaN wins, in any dimension") {
  const Tensor line =
      leaf(rg::tensor({{2.0, 2.0, 1.0, kNan, kNan, -kInfinity, -kInfinity, -kInfinity}}));
  const Tensor y = rg::max_pool1d(line, 2);
  CHECK(y.at({0, 0}) == 2);
  CHECK(std::isnan(y.at({0, 1})));
  CHECK(std::isnan(y.at({0, 2})));
  CHECK(y.at({0, 3}) == -kInfinity);
  CHECK(gradient(y, line) == Values{1, 0, 0, 1, 1, 0, 1, 0});
  const Tensor volume = leaf(rg::zeros({1, 1, 2, 2, 2}));
  CHECK(gradient(rg::max_pool3d(volume, 2), volume) == Values{1, 0, 0, 0, 0, 0, 0, 0});
  const Tensor adapted = leaf(rg::tensor({{3.0, kNan, 3.0, 3.0}}));
  CHECK(gradient(rg::adaptive_max_pool1d(adapted, 2), adapted) == Values{0, 1, 1, 0});
}

TEST_CASE("average pools: divisors") {
  const Tensor line = rg::tensor({{2.0, 4.0, 6.0, 8.0, 10.0}});
  CHECK(rg::avg_pool1d(line, 3, {.stride = 2, .padding = 1}).to_vector<double>() ==
        Values{2, 6, 6});
  CHECK(rg::avg_pool1d(line, 3, {.stride = 2, .padding = 1, .count_include_pad = false})
            .to_vector<double>() == Values{3, 6, 9});
  // The last window has one place; with the padding counted it still has no more.
  CHECK(rg::avg_pool1d(line, 2, {.ceil_mode = true}).to_vector<double>() == Values{3, 7, 10});
  CHECK(rg::avg_pool1d(line, 2, {.ceil_mode = true, .divisor_override = -2}).to_vector<double>() ==
        Values{-3, -7, -5});
}

TEST_CASE("adaptive pools: windows from floor to ceil") {
  const Tensor line = leaf(rg::tensor({{1.0, 2.0, 3.0, 4.0, 5.0}}));
  // 5 places to 3: 0-1, 1-3, 3-4; to 7 windows of one or two places.
  CHECK(rg::adaptive_avg_pool1d(line, 3).to_vector<double>() == Values{1.5, 3, 4.5});
  CHECK(rg::adaptive_max_pool1d(line, 3).to_vector<double>() == Values{2, 4, 5});
  CHECK(rg::adaptive_avg_pool1d(line, 7).to_vector<double>() ==
        Values{1, 1.5, 2.5, 3, 3.5, 4.5, 5});
  CHECK(rg::adaptive_max_pool1d_with_indices(line, 7).indices.to_vector<std::int64_t>() ==
        Places{0, 1, 2, 2, 3, 4, 4});
  CHECK(gradient(rg::adaptive_max_pool1d(line, 7), line) == Values{1, 1, 2, 1, 2});
  const Tensor image = rg::randn({2, 5, 6, 7}, {.dtype = rg::float64});
  const Tensor means = rg::mean(image, {2, 3}, true);
  CHECK(rg::max(rg::abs(rg::adaptive_avg_pool2d(image, 1) - means)).item<double>() < 1e-15);
  CHECK(rg::adaptive_avg_pool2d(image, {6, 7}).to_vector<double>() == image.to_vector<double>());
}

TEST_CASE("pools of p-norms: zeros have gradient 0") {
  const Tensor x = leaf(rg::tensor({{0.0, 0.0, 3.0, -4.0}}));
  const Tensor y = rg::lp_pool1d(x, 2, 2);
  CHECK(y.to_vector<double>() == Values{0, 5});
  const Values slopes = gradient(y, x);
  CHECK(slopes[0] == 0);
  CHECK(slopes[1] == 0);
  CHECK(slopes[2] == doctest::Approx(0.6).epsilon(1e-15));
  CHECK(slopes[3] == doctest::Approx(-0.8).epsilon(1e-15));
  CHECK(rg::lp_pool2d(rg::ones({1, 1, 3, 3}), 1, 2, {.ceil_mode = true}).to_vector<double>() ==
        Values{4, 4, 4, 4});
}

TEST_CASE("unpooling: of equal indices the last value stands and gets the gradient") {
  const Tensor x = leaf(rg::tensor({{1.0, 2.0, 3.0}}));
  const Tensor indices = rg::tensor({{4, 0, 4}});
  const Tensor y = rg::max_unpool1d(x, indices, 2);
  CHECK(y.to_vector<double>() == Values{2, 0, 0, 0, 3, 0});
  CHECK(gradient(y, x) == Values{0, 1, 1});
}

TEST_CASE("unpooling undoes a pool in every dtype") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const Tensor image = (rg::rand({2, 3, 5, 7}) + 1.0).to(dtype);
    const auto found = rg::max_pool2d_with_indices(image, {2, 3});
    const Tensor back =
        rg::max_unpool2d(found.values, found.indices, {2, 3}, {.output_size = {5, 7}});
    CHECK(back.dtype() == dtype);
    CHECK(rg::max_pool2d(back, {2, 3}).to_vector<double>() == found.values.to_vector<double>());
    CHECK(rg::sum(rg::ne(back, 0.0)).item<std::int64_t>() == found.values.numel());
  }
}
