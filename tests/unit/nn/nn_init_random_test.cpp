// nn::init: the distributions. Every bound holds for a random seed with a probability of at least
// 1 - 1e-9; the seeds are fixed, so a failure is no accident.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace init = rg::nn::init;
using rg::Tensor;

namespace {

// Dvoretzky, Kiefer, Wolfowitz, Massart: the share of n independent values below x is off by t or
// more anywhere with probability at most 2 exp(-2 n t^2). For t = sqrt(11 / n): 5.6e-10.
void check_distribution(std::vector<double> values, const std::function<double(double)>& below) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double most = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto rank = static_cast<double>(i);
    const double expected = below(values[i]);
    most = std::max({most, expected - rank / n, (rank + 1) / n - expected});
  }
  CHECK(most < std::sqrt(11 / n));
}

void check_uniform(const Tensor& x, double low, double high) {
  const auto values = x.to_vector<double>();
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  const double rounding = 1e-6 * (high - low);
  CHECK(*least >= low - rounding);
  CHECK(*greatest <= high + rounding);
  check_distribution(values, [&](double v) { return (v - low) / (high - low); });
}

double normal_below(double x) {
  return std::erfc(-x / std::numbers::sqrt2) / 2;
}

void check_normal(const Tensor& x, double mean, double std) {
  check_distribution(x.to_vector<double>(),
                     [&](double v) { return normal_below((v - mean) / std); });
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return rg::max(rg::abs(a.detach() - b)).item<double>();
}

}  // namespace

TEST_CASE("init: uniform_ and normal_") {
  rg::Generator generator(21);
  check_uniform(init::uniform_(rg::empty({500, 500}), 0, 1, generator), 0, 1);
  check_uniform(init::uniform_(rg::empty({500, 500}), -3, 5, generator), -3, 5);
  check_normal(init::normal_(rg::empty({500, 500}), 0, 1, generator), 0, 1);
  check_normal(init::normal_(rg::empty({500, 500}, {.dtype = rg::float64}), 2, 0.1, generator), 2,
               0.1);
  CHECK(init::normal_(rg::empty({3}), 2, 0, generator).to_vector<float>() ==
        std::vector<float>(3, 2));
}

TEST_CASE("init: bfloat16 is rounded from float32") {
  rg::Generator generator(22);
  rg::Generator again(22);
  const Tensor rounded = init::normal_(rg::empty({100}, {.dtype = rg::bfloat16}), 0, 1, generator);
  const Tensor exact = init::normal_(rg::empty({100}), 0, 1, again);
  CHECK(rounded.to(rg::float32).to_vector<float>() ==
        exact.to(rg::bfloat16).to(rg::float32).to_vector<float>());
}

TEST_CASE("init: trunc_normal_ is a normal distribution's part in the range") {
  rg::Generator generator(23);
  const auto check = [&](double mean, double std, double low, double high) {
    const Tensor x = init::trunc_normal_(rg::empty({500, 500}, {.dtype = rg::float64}), mean, std,
                                         low, high, generator);
    const auto values = x.to_vector<double>();
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    CHECK(*least >= low);
    CHECK(*greatest <= high);
    const double from = normal_below((low - mean) / std);
    const double to = normal_below((high - mean) / std);
    check_distribution(
        values, [&](double v) { return (normal_below((v - mean) / std) - from) / (to - from); });
  };
  check(0, 1, -2, 2);
  check(0, 0.02, -2, 2);
  check(1, 2, 0, 1.5);
  check(0, 1, 1.9, 2.5);
  check(0, 1, -8, -2);
  // Too far out for a double to say by what share.
  for (const float x :
       init::trunc_normal_(rg::empty({2}), 0, 1, 50, 60, generator).to_vector<float>()) {
    CHECK(x >= 50);
    CHECK(x <= 60);
  }
}

TEST_CASE("init: trunc_normal_ inverts the distribution exactly") {
  rg::Generator generator(24);
  rg::Generator again(24);
  const rg::TensorOptions doubles{.dtype = rg::float64};
  const auto u = rg::rand({1000}, doubles, generator).to_vector<double>();
  const auto x = init::trunc_normal_(rg::empty({1000}, doubles), 0, 1, -3, 3, again);
  const double tail = normal_below(-3);
  const auto z = x.to_vector<double>();
  double most = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    most = std::max(most, std::abs((normal_below(z[i]) - tail) / (1 - 2 * tail) - u[i]));
  }
  CHECK(most < 1e-14);
}

TEST_CASE("init: Xavier's deviation by both fans") {
  rg::Generator generator(25);
  const double deviation = std::sqrt(2.0 / 1000);
  check_uniform(init::xavier_uniform_(rg::empty({200, 800}), 1, generator),
                -std::sqrt(3.0) * deviation, std::sqrt(3.0) * deviation);
  check_normal(init::xavier_normal_(rg::empty({200, 800}), 2, generator), 0, 2 * deviation);
  // fan_in = 40 . 25, fan_out = 160 . 25
  check_normal(init::xavier_normal_(rg::empty({160, 40, 5, 5}), 1, generator), 0,
               std::sqrt(2.0 / 5000));
}

TEST_CASE("init: Kaiming's deviation by one fan, slope and nonlinearity") {
  using init::FanMode;
  using init::Nonlinearity;
  rg::Generator generator(26);
  const double uniform = std::sqrt(3.0);
  check_normal(init::kaiming_normal_(rg::empty({200, 800}), {}, generator), 0,
               std::sqrt(2.0 / 800));
  check_normal(
      init::kaiming_normal_(rg::empty({200, 800}), {.a = 3, .mode = FanMode::fan_out}, generator),
      0, std::sqrt(2.0 / 10 / 200));
  check_normal(init::kaiming_normal_(rg::empty({160, 40, 5, 5}),
                                     {.a = 3, .nonlinearity = Nonlinearity::relu}, generator),
               0, std::sqrt(2.0 / 1000));
  // PyTorch's layers start so: 1 / sqrt(fan_in).
  check_uniform(
      init::kaiming_uniform_(rg::empty({160, 40, 5, 5}), {.a = std::sqrt(5.0)}, generator),
      -1 / std::sqrt(1000.0), 1 / std::sqrt(1000.0));
  const double bound = uniform * 5 / 3 / std::sqrt(800.0);
  check_uniform(init::kaiming_uniform_(rg::empty({200, 800}), {.nonlinearity = Nonlinearity::tanh},
                                       generator),
                -bound, bound);
}

TEST_CASE("init: orthogonal_ makes rows or columns orthogonal, to the last digits") {
  rg::Generator generator(27);
  for (const rg::Shape& shape :
       {rg::Shape{70, 70}, {40, 100}, {100, 40}, {1, 5}, {5, 1}, {16, 3, 3, 3}}) {
    CAPTURE(shape);
    for (const double gain : {1.0, -2.5}) {
      for (const rg::DType dtype : {rg::float32, rg::float64}) {
        const Tensor weight =
            init::orthogonal_(rg::empty(shape, {.dtype = dtype}), gain, generator);
        const Tensor a = rg::flatten(weight.to(rg::float64), 1);
        const Tensor b = a.size(0) <= a.size(1) ? a : rg::transpose(a, 0, 1);
        const Tensor product = rg::matmul(b, rg::transpose(b, 0, 1));
        const Tensor expected = gain * gain * rg::eye(b.size(0), {}, {.dtype = rg::float64});
        CHECK(largest_difference(product, expected) < (dtype == rg::float32 ? 1e-6 : 1e-12));
      }
    }
  }
}

TEST_CASE("init: orthogonal_ prefers no direction") {
  rg::Generator generator(28);
  std::vector<double> first;
  double turned = 0;
  constexpr int kCount = 20'000;
  for (int i = 0; i < kCount; ++i) {
    const auto q = init::orthogonal_(rg::empty({2, 2}, {.dtype = rg::float64}), 1, generator)
                       .to_vector<double>();
    first.push_back(q[0]);
    turned += q[0] * q[3] - q[1] * q[2] > 0 ? 1.0 / kCount : 0;
  }
  // The cosine of an angle that is uniform.
  check_distribution(first, [](double x) { return 1 - std::acos(x) / std::numbers::pi; });
  CHECK(std::abs(turned - 0.5) < std::sqrt(11.0 / kCount));  // Hoeffding: the same bound
}

TEST_CASE("init: sparse_ leaves the share in each column") {
  rg::Generator generator(29);
  const Tensor x = init::sparse_(rg::empty({1001, 200}), 0.3, 0.5, generator);
  const auto values = x.to_vector<double>();
  std::vector<double> others;
  for (std::size_t c = 0; c < 200; ++c) {
    std::size_t zeros = 0;
    for (std::size_t r = 0; r < 1001; ++r) {
      const double value = values[r * 200 + c];
      if (value == 0) {
        ++zeros;
      } else {
        others.push_back(value);
      }
    }
    CHECK(zeros == 301);
  }
  check_distribution(others, [](double v) { return normal_below(v / 0.5); });
  // The first row is hit in a share 301 / 1001 of the columns: Hoeffding, 2 exp(-400 t^2).
  double hit = 0;
  for (std::size_t c = 0; c < 200; ++c) {
    hit += values[c] == 0 ? 1.0 / 200 : 0;
  }
  CHECK(std::abs(hit - 301.0 / 1001) < 0.235);
}

TEST_CASE("init: the generator decides; without one, the default generator") {
  rg::Generator a(30);
  rg::Generator b(30);
  const auto first = init::normal_(rg::empty({9}), 0, 1, a).to_vector<float>();
  CHECK(init::normal_(rg::empty({9}), 0, 1, a).to_vector<float>() != first);
  CHECK(init::normal_(rg::empty({9}), 0, 1, b).to_vector<float>() == first);
  rg::manual_seed(30);
  CHECK(init::normal_(rg::empty({9})).to_vector<float>() == first);
}

TEST_CASE("SkipInitGuard: layers start with zeros, and random fills change nothing") {
  rg::Generator& generator = rg::default_generator();
  {
    const rg::nn::SkipInitGuard skip;
    CHECK(rg::nn::SkipInitGuard::is_on());
    const auto before = generator.state();
    rg::nn::Sequential net{rg::nn::Conv2d(3, 4, 3), rg::nn::Linear(4, 2), rg::nn::Embedding(5, 3)};
    for (const Tensor& parameter : net.parameters()) {
      CHECK(parameter.requires_grad());
      CHECK(rg::amax(rg::abs(parameter)).item<double>() == 0);
    }
    const Tensor x = rg::full({6, 6}, 3.0);
    for (const Tensor& filled :
         {init::normal_(x), init::uniform_(x), init::trunc_normal_(x), init::kaiming_normal_(x),
          init::xavier_uniform_(x), init::orthogonal_(x), init::sparse_(x, 0.5)}) {
      CHECK(filled.to_vector<float>() == std::vector<float>(36, 3));
    }
    CHECK(generator.state() == before);
    const rg::nn::SkipInitGuard inner;
  }
  CHECK(!rg::nn::SkipInitGuard::is_on());
  CHECK(rg::amax(rg::abs(rg::nn::Linear(4, 2).weight)).item<double>() > 0);
}
