// Data sets made of others.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

#include "same_bits.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

using Values = std::vector<std::int64_t>;

// Sample i holds i and a random number, is called "i", and counts its reads.
struct Numbered : rg::Dataset {
  explicit Numbered(std::int64_t samples) : count(samples) {}
  std::int64_t size() const override { return count; }
  rg::Sample get(std::int64_t index) const override {
    ++*reads;
    return {rg::full({2}, index), rg::rand({})};
  }
  std::string describe(std::int64_t index) const override { return std::to_string(index); }
  std::int64_t count;
  std::shared_ptr<std::atomic<int>> reads = std::make_shared<std::atomic<int>>(0);
};

std::int64_t number(const rg::Sample& sample) {
  return static_cast<std::int64_t>(sample[0].at(0));
}

Values numbers(const rg::Dataset& data) {
  Values all;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    all.push_back(number(data.get(i)));
  }
  return all;
}

Values sizes(const std::vector<rg::Subset>& parts) {
  Values all;
  for (const rg::Subset& part : parts) {
    all.push_back(part.size());
  }
  return all;
}

std::set<std::int64_t> all_of(const std::vector<rg::Subset>& parts) {
  std::set<std::int64_t> all;
  for (const rg::Subset& part : parts) {
    all.insert(part.indices().begin(), part.indices().end());
  }
  return all;
}

}  // namespace

TEST_CASE("SharedDataset: a copy, a move, a shared pointer or a reference") {
  struct Unique : Numbered {
    Unique() : Numbered(2) {}
    Unique(Unique&&) = default;
    std::unique_ptr<int> owned;
  };
  auto held = std::make_unique<Numbered>(3);
  const rg::Subset copied(*held, {2, 0});
  held.reset();
  CHECK(numbers(copied) == Values{2, 0});

  const rg::Subset moved(Unique(), {1});
  CHECK(numbers(moved) == Values{1});
  const std::shared_ptr<const rg::Dataset> shared = std::make_shared<Numbered>(4);
  const rg::Subset sharing(shared, {3});
  CHECK(shared.use_count() == 2);
  const Unique own;
  const rg::Dataset& any = own;
  CHECK(numbers(rg::Subset(std::cref(any), {0, 1})) == Values{0, 1});
  CHECK(&*rg::SharedDataset(std::cref(any)) == &own);
  test::check_contains(
      test::message_of<rg::ValueError>([] { rg::SharedDataset(std::shared_ptr<Numbered>()); }),
      "the pointer is null   at data_views_test.cpp:");
}

TEST_CASE("Subset: samples, their names, and whole batches") {
  const rg::Subset part(Numbered(10), {7, 7, 1});
  CHECK(numbers(part) == Values{7, 7, 1});
  CHECK(part.describe(2) == "1");
  CHECK_FALSE(part.get_batch(Values{0}).has_value());
  CHECK_THROWS_AS(part.get(3), rg::IndexError);
  CHECK_THROWS_AS(part.get(-1), rg::IndexError);
  CHECK_THROWS_AS(rg::Subset(Numbered(10), {10}), rg::IndexError);

  const rg::Subset rows(rg::TensorDataset(rg::arange(5), rg::arange(5, 10)), {4, 2});
  CHECK(rows.get_batch(Values{1, 0, 1})->targets.to_vector<std::int64_t>() == Values{7, 9, 7});
}

TEST_CASE("Concat: one data set behind the other, empty ones too") {
  const rg::Concat all({Numbered(2), Numbered(0), Numbered(3)});
  CHECK(all.size() == 5);
  CHECK(numbers(all) == Values{0, 1, 0, 1, 2});
  CHECK(all.describe(4) == "2");
  CHECK_THROWS_AS(all.get(5), rg::IndexError);
  CHECK_THROWS_AS(all.get(-1), rg::IndexError);
  CHECK(rg::Concat({}).size() == 0);
}

TEST_CASE("Transformed: the function of each sample, with numbers of the sample") {
  const rg::Transformed twice(Numbered(4), [](rg::Sample sample) {
    sample[0] = sample[0] * 2;
    sample.push_back(rg::rand({}));
    return sample;
  });
  CHECK(numbers(twice) == Values{0, 2, 4, 6});
  CHECK(twice.describe(3) == "3");
  rg::DataLoader one(twice, {.batch_size = 4});
  rg::DataLoader two(twice, {.batch_size = 4, .workers = 2});
  CHECK(test::same_bits(one.begin()->rest[0], two.begin()->rest[0]));
  CHECK_THROWS_AS(rg::Transformed(Numbered(4), nullptr), rg::ValueError);
}

TEST_CASE("Cached: each sample is read once, while there is space") {
  const Numbered source(5);
  const rg::Cached cached(source, 3 * (2 * 8 + 4));
  for (int pass = 0; pass < 3; ++pass) {
    CHECK(numbers(cached) == Values{0, 1, 2, 3, 4});
  }
  CHECK(*source.reads == 5 + 2 + 2);
  CHECK(cached.bytes() == 60);
  const rg::Cached copy = cached;
  copy.get(1);
  CHECK(*source.reads == 9);

  const rg::Cached none(source, 0);
  none.get(0);
  CHECK(none.bytes() == 0);
}

TEST_CASE("Cached: a caller's writes do not reach the cache") {
  const rg::Cached cached(rg::Subset(Numbered(3), {2}), 1000);
  for (int i = 0; i < 3; ++i) {
    rg::Sample sample = cached.get(0);
    CHECK(number(sample) == 2);
    sample[0].add_(5);
  }
}

TEST_CASE("Cached: random numbers are the same whether a sample is kept or not") {
  const auto first = [](std::size_t bytes, int workers) {
    rg::DataLoader loader(rg::Cached(Numbered(6), bytes), {.batch_size = 6, .workers = workers});
    const rg::Tensor before = loader.begin()->targets;
    CHECK(test::same_bits(loader.begin()->targets, before));
    return before;
  };
  const rg::Tensor kept = first(10000, 0);
  CHECK(test::same_bits(first(0, 0), kept));
  CHECK(test::same_bits(first(60, 3), kept));
  CHECK(kept.at(0) != kept.at(1));
}

TEST_CASE("random_split: disjoint parts of all samples") {
  const auto parts = rg::random_split(Numbered(10), {7, 3}, 5);
  CHECK(sizes(parts) == Values{7, 3});
  CHECK(all_of(parts).size() == 10);
  CHECK(rg::random_split(Numbered(10), {7, 3}, 5)[0].indices() == parts[0].indices());
  CHECK(rg::random_split(Numbered(10), {7, 3}, 6)[0].indices() != parts[0].indices());
  CHECK(sizes(rg::random_split(Numbered(10), {0.9, 0.1})) == Values{9, 1});
  CHECK(sizes(rg::random_split(Numbered(11), {0.3, 0.3, 0.4})) == Values{4, 3, 4});
  CHECK(sizes(rg::random_split(Numbered(1), {1})) == Values{1});
  CHECK(sizes(rg::random_split(Numbered(0), {0.5, 0.5})) == Values{0, 0});
  CHECK(sizes(rg::random_split(Numbered(5), {5, 0})) == Values{5, 0});
  for (const std::vector<double>& wrong : std::vector<std::vector<double>>{
           {7, 4}, {7, 2}, {-1, 11}, {0.5, 0.6}, {9.5, 0.5}, {}, {1e300}, {0.0 / 0.0}}) {
    CHECK_THROWS_AS(rg::random_split(Numbered(10), wrong), rg::ValueError);
  }
}

TEST_CASE("stratified_split: each class has its share in each part") {
  const rg::Tensor labels = rg::remainder(rg::arange(200) * rg::arange(200), 7);
  const auto parts = rg::stratified_split(Numbered(200), labels, {0.75, 0.25}, 3);
  CHECK(sizes(parts) == Values{150, 50});
  CHECK(all_of(parts).size() == 200);
  for (std::int64_t c = 0; c < 7; ++c) {
    double counts[2] = {0, 0};
    for (std::size_t part = 0; part < 2; ++part) {
      for (const std::int64_t index : parts[part].indices()) {
        counts[part] += labels.at(index) == static_cast<double>(c) ? 1 : 0;
      }
    }
    CHECK(std::abs(counts[0] - 0.75 * (counts[0] + counts[1])) <= 2);
  }
  CHECK(rg::stratified_split(Numbered(200), labels, {0.75, 0.25}, 4)[0].indices() !=
        parts[0].indices());
  CHECK(sizes(rg::stratified_split(Numbered(200), labels, {0.0, 1.0})) == Values{0, 200});
  CHECK_THROWS_AS(rg::stratified_split(Numbered(200), labels, {0.5, 0.4}), rg::ValueError);
  CHECK_THROWS_AS(rg::stratified_split(Numbered(199), labels, {0.5, 0.5}), rg::ShapeError);
}
