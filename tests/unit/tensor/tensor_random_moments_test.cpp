// Distributions of random numbers. Every bound holds for a random seed with a probability of at
// least 1 - 1e-9; the seeds are fixed, so a failure is no accident.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

constexpr std::int64_t kCount = 1'000'000;

// Hoeffding: the mean of n independent numbers from [0, 1] is off by t or more with probability at
// most 2 exp(-2 n t^2). For n = kCount and this t: 4.6e-11.
constexpr double kMeanBound = 0.0035;

std::vector<double> uniform() {
  rg::Generator generator(11);
  return rg::rand({kCount}, {.dtype = rg::float64}, generator).to_vector<double>();
}

std::vector<double> normal() {
  rg::Generator generator(12);
  return rg::randn({kCount}, {.dtype = rg::float64}, generator).to_vector<double>();
}

// The mean of f over the values.
template <class F>
double mean(const std::vector<double>& values, F&& f) {
  double sum = 0;
  for (const double value : values) {
    sum += f(value);
  }
  return sum / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("rand: moments of the uniform distribution") {
  const auto u = uniform();
  CHECK(std::abs(mean(u, [](double x) { return x; }) - 1.0 / 2) < kMeanBound);
  CHECK(std::abs(mean(u, [](double x) { return x * x; }) - 1.0 / 3) < kMeanBound);
}

TEST_CASE("rand: sixteen equal bins fill evenly") {
  // Each bin's share is a mean of kCount zeros and ones; 16 x 4.6e-11 < 1e-9.
  std::array<double, 16> share{};
  for (const double x : uniform()) {
    share.at(static_cast<std::size_t>(16 * x)) += 1.0 / kCount;
  }
  for (const double part : share) {
    CHECK(std::abs(part - 1.0 / 16) < kMeanBound);
  }
}

TEST_CASE("rand: neighbours are independent") {
  // Means of kCount / 2 products from [0, 1]: 2 exp(-kCount 0.005^2) = 2.8e-11.
  const auto u = uniform();
  double sum = 0;
  for (std::size_t i = 0; i < u.size(); i += 2) {
    sum += u[i] * u[i + 1];
  }
  CHECK(std::abs(2 * sum / kCount - 1.0 / 4) < 0.005);
}

TEST_CASE("randn: mean 0 and variance 1") {
  const auto z = normal();
  // The mean is normal with deviation 1e-3: beyond 6.5 deviations with probability 8e-11.
  CHECK(std::abs(mean(z, [](double x) { return x; })) < 0.0065);
  // The sum of squares is chi-squared; Laurent and Massart: off by more than 2 sqrt(n t) + 2 t with
  // probability at most 2 exp(-t). With t = 22: 5.6e-10, and a mean off by 0.00943.
  CHECK(std::abs(mean(z, [](double x) { return x * x; }) - 1) < 0.0095);
}

TEST_CASE("randn: the shares beyond 1 and 2 on either side are a normal distribution's") {
  const auto z = normal();
  for (const double side : {-1.0, 1.0}) {
    CHECK(std::abs(mean(z, [&](double x) { return side * x > 1 ? 1 : 0; }) - 0.158655) <
          kMeanBound);
    CHECK(std::abs(mean(z, [&](double x) { return side * x > 2 ? 1 : 0; }) - 0.022750) <
          kMeanBound);
  }
}

TEST_CASE("randint: equal shares") {
  rg::Generator generator(13);
  std::array<double, 10> share{};
  for (const auto k : rg::randint(0, 10, {kCount}, {}, generator).to_vector<std::int64_t>()) {
    share.at(static_cast<std::size_t>(k)) += 1.0 / kCount;
  }
  for (const double part : share) {
    CHECK(std::abs(part - 0.1) < kMeanBound);
  }
}

TEST_CASE("randperm: all six orders of three are equally likely") {
  // Hoeffding for 60,000 draws and six shares: 12 exp(-120000 0.014^2) = 7.4e-10. Swapping each
  // place with any other would be off by 1/6 - 4/27 = 0.0185.
  rg::Generator generator(14);
  std::map<std::vector<std::int64_t>, double> share;
  for (int i = 0; i < 60'000; ++i) {
    share[rg::randperm(3, generator).to_vector<std::int64_t>()] += 1.0 / 60'000;
  }
  CHECK(share.size() == 6);
  for (const auto& [order, part] : share) {
    CHECK(std::abs(part - 1.0 / 6) < 0.014);
  }
}
