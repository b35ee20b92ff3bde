#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <thread>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using doctest::Contains;
using rg::Generator;
using rg::Tensor;

namespace {

// Puts the number of threads back at the end.
class Threads {
 public:
  explicit Threads(int count) : previous_(rg::get_num_threads()) { rg::set_num_threads(count); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { rg::set_num_threads(previous_); }

 private:
  int previous_;
};

// Draws of every kind from one generator.
std::vector<double> draws(Generator& generator) {
  std::vector<double> all;
  for (const Tensor& x :
       {rg::rand({5000}, {}, generator), rg::randn({5000}, {.dtype = rg::float64}, generator),
        rg::randint(-50, 50, {5000}, {}, generator), rg::randperm(5000, generator)}) {
    const auto values = x.to_vector<double>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

std::vector<double> draws(std::uint64_t seed) {
  Generator generator(seed);
  return draws(generator);
}

}  // namespace

TEST_CASE("random: Philox 4x32-10 gives the published numbers") {
  // Counter 0, key 0 in the known-answer file of Random123: 6627e8d5 e169c58d ...
  CHECK(rg::random_bits({0, 0}, 0) == 0xe169c58d6627e8d5U);
  CHECK(rg::random_bits({7, 10}, 5) == rg::random_bits({7, 15}, 0));
}

TEST_CASE("random: all 64 bits of seed and position count") {
  constexpr std::uint64_t high = std::uint64_t{1} << 32;
  CHECK(rg::random_bits({high, 0}, 0) != rg::random_bits({0, 0}, 0));
  CHECK(rg::random_bits({0, high}, 0) != rg::random_bits({0, 0}, 0));
}

TEST_CASE("random: the same seed gives the same numbers, another seed others") {
  CHECK(draws(1) == draws(1));
  CHECK(draws(1) != draws(2));
  rg::manual_seed(3);
  const auto first = rg::randn({10}).to_vector<double>();
  CHECK(rg::randn({10}).to_vector<double>() != first);
  rg::manual_seed(3);
  CHECK(rg::randn({10}).to_vector<double>() == first);
}

TEST_CASE("random: the number of threads changes nothing") {
  const Threads one(1);
  const auto expected = draws(5);
  for (const int count : {2, 8}) {
    const Threads many(count);
    CHECK(draws(5) == expected);
  }
}

TEST_CASE("random: how a stream is cut into tensors changes nothing") {
  Generator whole(4);
  Generator parts(4);
  const Tensor x = rg::rand({8}, {}, whole);
  const Tensor a = rg::rand({3}, {}, parts);
  const Tensor b = rg::rand({5}, {}, parts);
  CHECK(x.to_vector<float>() == rg::cat({a, b}).to_vector<float>());
}

TEST_CASE("random: the layout of a like-tensor changes nothing") {
  const Tensor across = rg::transpose(rg::ones({30, 20}), 0, 1);
  rg::manual_seed(6);
  const auto expected = rg::randn({20, 30}).to_vector<float>();
  rg::manual_seed(6);
  CHECK(rg::randn_like(across).to_vector<float>() == expected);
}

TEST_CASE("random: a generator's state can be saved and restored") {
  Generator generator(8);
  rg::rand({3}, {}, generator);
  const Generator::State saved = generator.state();
  const auto expected = draws(generator);
  CHECK(generator.state() != saved);
  Generator other;
  other.set_state(saved);
  CHECK(draws(other) == expected);
  CHECK(other.state() == generator.state());
  other.manual_seed(8);
  CHECK(other.state() == Generator(8).state());
}

TEST_CASE("random: threads that share a generator take each number once") {
  Generator serial(9);
  auto expected = rg::rand({8000}, {.dtype = rg::float64}, serial).to_vector<double>();
  Generator shared(9);
  std::vector<std::vector<double>> taken(8);
  std::vector<std::thread> threads;
  for (auto& mine : taken) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const auto few = rg::rand({10}, {.dtype = rg::float64}, shared).to_vector<double>();
        mine.insert(mine.end(), few.begin(), few.end());
      }
    });
  }
  std::vector<double> all;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i].join();
    all.insert(all.end(), taken[i].begin(), taken[i].end());
  }
  std::sort(all.begin(), all.end());
  std::sort(expected.begin(), expected.end());
  CHECK(all == expected);
}

TEST_CASE("rand: below 1 in every dtype, where rounding would reach it") {
  // Number 80,860,892 of seed 0 is so near 1 that float32 rounds it to 1.
  constexpr Generator::State near_one{0, 80'860'892};
  REQUIRE(static_cast<float>(rg::random_uniform(near_one, 0)) == 1.0F);
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    CAPTURE(dtype);
    Generator generator;
    generator.set_state(near_one);
    const double value = rg::rand({1}, {.dtype = dtype}, generator).item<double>();
    CHECK(value < 1);
    CHECK(value >= 1 - 0x1p-8);
    const auto many = rg::rand({100'000}, {.dtype = dtype}, generator).to_vector<double>();
    CHECK(*std::min_element(many.begin(), many.end()) >= 0);
    CHECK(*std::max_element(many.begin(), many.end()) < 1);
  }
}

TEST_CASE("randint: covers its range and nothing else") {
  Generator generator(2);
  // A value is left out with probability 7 (6/7)^10000 < 1e-600.
  auto values = rg::randint(-3, 4, {10'000}, {}, generator).to_vector<std::int64_t>();
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  CHECK(values == std::vector<std::int64_t>{-3, -2, -1, 0, 1, 2, 3});
  CHECK(rg::randint(5, 6, {3}).to_vector<std::int64_t>() == std::vector<std::int64_t>{5, 5, 5});
  CHECK(rg::randint(0, 2, {4}, {.dtype = rg::uint8}).dtype() == rg::uint8);
}

TEST_CASE("randint: the whole of int64, both halves of it") {
  using Limits = std::numeric_limits<std::int64_t>;
  Generator generator(2);
  // All 200 fall into one half with probability 2^-199.
  const auto values =
      rg::randint(Limits::min(), Limits::max(), {200}, {}, generator).to_vector<std::int64_t>();
  CHECK(*std::min_element(values.begin(), values.end()) < 0);
  CHECK(*std::max_element(values.begin(), values.end()) > 0);
}

TEST_CASE("randperm: every number once") {
  auto values = rg::randperm(1000).to_vector<std::int64_t>();
  CHECK_FALSE(std::is_sorted(values.begin(), values.end()));
  std::sort(values.begin(), values.end());
  CHECK(values == rg::arange(1000).to_vector<std::int64_t>());
  CHECK(rg::randperm(1).to_vector<std::int64_t>() == std::vector<std::int64_t>{0});
  CHECK(rg::randperm(0).numel() == 0);
}

TEST_CASE("random: impossible requests are refused and draw nothing") {
  Generator generator(1);
  CHECK_THROWS_WITH_AS(rg::randint(3, 3, {2}, {}, generator),
                       Contains("low 3 must be below high 3"), rg::ValueError);
  CHECK_THROWS_AS(rg::rand({2}, {.dtype = rg::int64}, generator), rg::DTypeError);
  CHECK_THROWS_AS(rg::randn({2}, {.dtype = rg::boolean}, generator), rg::DTypeError);
  CHECK_THROWS_AS(rg::rand({-1}, {}, generator), rg::ShapeError);
  CHECK_THROWS_AS(rg::randn({-1}, {}, generator), rg::ShapeError);
  CHECK_THROWS_AS(rg::randint(0, 2, {-1}, {}, generator), rg::ShapeError);
  CHECK_THROWS_WITH_AS(rg::randperm(-1, generator), Contains("randperm: n is -1"), rg::ValueError);
  CHECK(generator.state() == Generator(1).state());
  CHECK_THROWS_AS(rg::set_num_threads(0), rg::ValueError);
}
