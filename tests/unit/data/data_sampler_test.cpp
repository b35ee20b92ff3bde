#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

using Values = std::vector<std::int64_t>;

Values drawn(const rg::Sampler& sampler, std::uint64_t seed = 1) {
  rg::Generator generator(seed);
  const rg::GeneratorGuard guard(generator);
  const rg::Tensor indices = sampler.indices();
  CHECK(indices.shape() == rg::Shape{sampler.size()});
  return indices.to_vector<std::int64_t>();
}

std::vector<double> shares(const Values& values, std::int64_t classes) {
  std::vector<double> counts(static_cast<std::size_t>(classes));
  for (const std::int64_t value : values) {
    counts[static_cast<std::size_t>(value)] += 1.0 / static_cast<double>(values.size());
  }
  return counts;
}

// Samples whose random number is the only tensor.
struct Draws : rg::Dataset {
  std::int64_t size() const override { return 3; }
  rg::Sample get(std::int64_t) const override { return {rg::rand({})}; }
};

}  // namespace

TEST_CASE("Sampler: sequential and random orders") {
  CHECK(drawn(rg::SequentialSampler(4)) == Values{0, 1, 2, 3});
  CHECK(drawn(rg::SequentialSampler(0)).empty());

  const rg::RandomSampler all(100);
  const Values first = drawn(all);
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 100);
  CHECK(drawn(all) == first);
  CHECK(drawn(all, 2) != first);

  const Values some = drawn(rg::RandomSampler(100, {.num_samples = 10}));
  CHECK(std::set<std::int64_t>(some.begin(), some.end()).size() == 10);
  const Values many = drawn(rg::RandomSampler(3, {.num_samples = 3000, .replacement = true}));
  for (const double share : shares(many, 3)) {
    CHECK(share == doctest::Approx(1 / 3.0).epsilon(0.2));  // 6.5 standard deviations
  }
  CHECK(drawn(rg::RandomSampler(0, {.num_samples = 0, .replacement = true})).empty());
  CHECK_THROWS_AS(rg::RandomSampler(3, {.num_samples = 4}), rg::ValueError);
  CHECK_THROWS_AS(rg::RandomSampler(0, {.num_samples = 1, .replacement = true}), rg::ValueError);
  CHECK_THROWS_AS(rg::RandomSampler(-1), rg::ValueError);
  CHECK_THROWS_AS(rg::SequentialSampler(-1), rg::ValueError);
}

TEST_CASE("WeightedRandomSampler: shares are those of the weights") {
  const rg::Tensor weights = rg::tensor({0.0, 1.0, 2.0, 0.0, 5.0, 0.0});
  const auto drawn_shares = shares(drawn(rg::WeightedRandomSampler(weights, 40000)), 6);
  const double expected[] = {0, 0.125, 0.25, 0, 0.625, 0};
  for (std::size_t i = 0; i < 6; ++i) {
    // Below 7 standard deviations: false alarms are rarer than 1e-11.
    const double deviation = std::sqrt(expected[i] * (1 - expected[i]) / 40000);
    CHECK(std::abs(drawn_shares[i] - expected[i]) <= 7 * deviation);
  }
}

TEST_CASE("WeightedRandomSampler: without replacement the first one has the weights' shares") {
  const rg::WeightedRandomSampler sampler(rg::tensor({1.0, 0.0, 3.0, 4.0}), 3, false);
  Values first;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const Values all = drawn(sampler, seed);
    CHECK(std::set<std::int64_t>(all.begin(), all.end()) == std::set<std::int64_t>{0, 2, 3});
    first.push_back(all[0]);
  }
  const auto counts = shares(first, 4);
  CHECK(std::abs(counts[0] - 0.125) < 7 * std::sqrt(0.125 * 0.875 / 4000));
  CHECK(std::abs(counts[3] - 0.5) < 7 * std::sqrt(0.25 / 4000));
}

TEST_CASE("WeightedRandomSampler: wrong weights are refused") {
  const auto refused = [](const rg::Tensor& weights, std::int64_t count, bool replacement) {
    return test::message_of<rg::Error>(
        [&] { rg::WeightedRandomSampler(weights, count, replacement); });
  };
  test::check_contains(refused(rg::tensor({1.0, -1.0}), 1, true), "a weight is -1");
  test::check_contains(refused(rg::tensor({1.0, std::nan("")}), 1, true), "a weight is nan");
  test::check_contains(refused(rg::full({2}, HUGE_VAL), 1, true), "a weight is inf");
  test::check_contains(refused(rg::zeros({3}), 1, true), "all weights are 0");
  test::check_contains(refused(rg::zeros({0}), 1, true), "all weights are 0");
  test::check_contains(refused(rg::ones({2, 2}), 1, true), "one weight for each sample");
  test::check_contains(refused(rg::ones({2}), -1, true), "num_samples is -1");
  test::check_contains(refused(rg::tensor({1.0, 0.0}), 2, false),
                       "2 samples are drawn without replacement, but there are 1");
  CHECK(drawn(rg::WeightedRandomSampler(rg::zeros({3}), 0)).empty());
}

TEST_CASE("class_weights: the mean count by each count") {
  const rg::Tensor weights = rg::class_weights(rg::tensor({0, 2, 2, 0, 2, 2}));
  CHECK(weights.dtype() == rg::float32);
  CHECK(weights.to_vector<float>() == std::vector<float>{1, 0, 0.5});
  CHECK(rg::class_weights(rg::tensor({1, 1}), 4).shape() == rg::Shape{4});
  CHECK(rg::class_weights(rg::zeros({0}, {.dtype = rg::int64})).numel() == 0);
  CHECK_THROWS_AS(rg::class_weights(rg::tensor({-1})), rg::IndexError);
  CHECK_THROWS_AS(rg::class_weights(rg::tensor({3}), 3), rg::IndexError);
  CHECK_THROWS_AS(rg::class_weights(rg::tensor({0.5})), rg::DTypeError);
  CHECK_THROWS_AS(rg::class_weights(rg::tensor({{1}})), rg::ShapeError);
}

TEST_CASE("DataLoader: a sampler gives the order, which the seed and the epoch decide") {
  const rg::TensorDataset data(rg::zeros({50}), rg::arange(50));
  const auto labels = [](rg::DataLoader& loader) {
    Values all;
    for (auto& [inputs, targets] : loader) {
      for (const std::int64_t label : targets.to_vector<std::int64_t>()) {
        all.push_back(label);
      }
    }
    return all;
  };
  const auto sampler =
      std::make_shared<rg::RandomSampler>(50, rg::RandomSamplerOptions{.num_samples = 8});
  rg::DataLoader loader(data, {.batch_size = 3, .seed = 4, .sampler = sampler});
  CHECK(loader.size() == 3);
  const Values first = labels(loader);
  CHECK(first.size() == 8);
  CHECK(labels(loader) != first);
  loader.set_epoch(0);
  CHECK(labels(loader) == first);
  rg::DataLoader whole(data, {.batch_size = 3, .drop_last = true, .sampler = sampler});
  CHECK(labels(whole).size() == 6);
}

TEST_CASE("DataLoader: a sample that appears again has other random numbers each time") {
  struct Same : rg::Sampler {
    std::int64_t size() const override { return 4; }
    rg::Tensor indices() const override { return rg::tensor({1, 1, 2, 1}); }
  };
  std::vector<double> before;
  for (const int workers : {0, 2}) {
    rg::DataLoader loader(Draws(), {.workers = workers, .sampler = std::make_shared<Same>()});
    std::vector<double> all;
    for (auto& batch : loader) {
      all.push_back(batch.inputs.item<double>());
    }
    CHECK(std::set<double>(all.begin(), all.end()).size() == 4);
    CHECK((before.empty() || before == all));
    before = all;
  }
  rg::DataLoader plain(Draws(), {.batch_size = 3});
  CHECK((*plain.begin()).inputs.at(1) == before[0]);
}

TEST_CASE("DataLoader: wrong samplers and options are refused") {
  struct Given : rg::Sampler {
    explicit Given(rg::Tensor values) : indices_(std::move(values)) {}
    std::int64_t size() const override { return 2; }
    rg::Tensor indices() const override { return indices_; }
    rg::Tensor indices_;
  };
  const auto with = [](const rg::Tensor& indices) {
    rg::DataLoader(Draws(), {.sampler = std::make_shared<Given>(indices)}).begin();
  };
  test::check_contains(test::message_of<rg::IndexError>([&] {
                         with(rg::tensor({0, 3}));
                       }),
                       "the sampler gives sample 3 of 3");
  CHECK_THROWS_AS(with(rg::tensor({-1, 0})), rg::IndexError);
  CHECK_THROWS_AS(with(rg::tensor({0})), rg::ShapeError);
  CHECK_THROWS_AS(with(rg::tensor({0.0, 1.0})), rg::DTypeError);
  const auto refused = [](const rg::DataLoaderOptions& options) {
    return test::message_of<rg::ValueError>([&] { rg::DataLoader(Draws(), options); });
  };
  test::check_contains(refused({.workers = -1}), "workers must be at least 0, not -1");
  test::check_contains(refused({.workers = 2000}), "workers must be at most 1024");
  test::check_contains(refused({.prefetch = 0}), "prefetch must be at least 1, not 0");
  test::check_contains(
      refused({.shuffle = true, .sampler = std::make_shared<rg::SequentialSampler>(3)}),
      "shuffle and a sampler exclude each other");
}
