#include <cstdint>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/data/data.h>
#include <retrograd/tensor/creation.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

using Values = std::vector<std::int64_t>;

// Sample i has the image {2i, 2i + 1} and the label i.
rg::TensorDataset counting(std::int64_t count) {
  const rg::Tensor images = rg::arange(2 * count, {.dtype = rg::float32});
  return {rg::view_of(images, {count, 1, 2}, {2, 2, 1}, 0), rg::arange(count)};
}

// The labels of a pass, batch after batch.
Values labels_of(rg::DataLoader& loader) {
  Values all;
  for (const auto& [images, labels] : loader) {
    for (const std::int64_t label : labels.to_vector<std::int64_t>()) {
      all.push_back(label);
    }
  }
  return all;
}

Values sizes_of(rg::DataLoader& loader) {
  Values sizes;
  for (const auto& [images, labels] : loader) {
    CHECK(images.size(0) == labels.size(0));
    sizes.push_back(labels.size(0));
  }
  return sizes;
}

}  // namespace

TEST_CASE("DataLoader: in order, the last batch smaller or left out") {
  rg::DataLoader keeping(counting(10), {.batch_size = 4});
  CHECK(keeping.size() == 3);
  CHECK(sizes_of(keeping) == Values{4, 4, 2});
  CHECK(labels_of(keeping) == Values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});

  rg::DataLoader dropping(counting(10), {.batch_size = 4, .drop_last = true});
  CHECK(dropping.size() == 2);
  CHECK(labels_of(dropping) == Values{0, 1, 2, 3, 4, 5, 6, 7});

  rg::DataLoader even(counting(8), {.batch_size = 4, .drop_last = true});
  CHECK(sizes_of(even) == Values{4, 4});
  rg::DataLoader singles(counting(3));
  CHECK(sizes_of(singles) == Values{1, 1, 1});
  rg::DataLoader large(counting(3), {.batch_size = std::int64_t{1} << 62});
  CHECK(sizes_of(large) == Values{3});
  rg::DataLoader none(counting(3), {.batch_size = 4, .drop_last = true});
  CHECK(none.size() == 0);
  CHECK(sizes_of(none).empty());
  rg::DataLoader empty(counting(0), {.batch_size = 4, .shuffle = true});
  CHECK(empty.size() == 0);
  CHECK(sizes_of(empty).empty());
}

TEST_CASE("DataLoader: shuffled passes differ, hold every sample once, and come again") {
  rg::DataLoader loader(counting(100), {.batch_size = 7, .shuffle = true, .seed = 3});
  const Values first = labels_of(loader);
  const Values second = labels_of(loader);
  CHECK(first.size() == 100);
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 100);
  CHECK(std::set<std::int64_t>(second.begin(), second.end()).size() == 100);
  CHECK(first != second);
  CHECK(loader.epoch() == 2);

  // The order does not depend on the batch size, and a pass can be gone back to.
  rg::DataLoader again(counting(100), {.batch_size = 32, .shuffle = true, .seed = 3});
  CHECK(labels_of(again) == first);
  CHECK(labels_of(again) == second);
  again.set_epoch(0);
  CHECK(labels_of(again) == first);

  rg::DataLoader other(counting(100), {.batch_size = 7, .shuffle = true, .seed = 4});
  CHECK(labels_of(other) != first);
}

TEST_CASE("DataLoader: leaves out other samples on each shuffled pass") {
  rg::DataLoader loader(counting(11),
                        {.batch_size = 10, .shuffle = true, .seed = 1, .drop_last = true});
  std::set<std::int64_t> seen;
  for (int pass = 0; pass < 20; ++pass) {
    const Values labels = labels_of(loader);
    CHECK(labels.size() == 10);
    seen.insert(labels.begin(), labels.end());
  }
  CHECK(seen.size() == 11);
}

TEST_CASE("DataLoader: images and labels stay together, in fresh tensors") {
  rg::Tensor previous;
  const rg::TensorDataset data = counting(50);
  rg::DataLoader loader(data, {.batch_size = 8, .shuffle = true});
  for (const auto& [images, labels] : loader) {
    CHECK(images.is_contiguous());
    CHECK_FALSE(images.shares_memory_with(previous));
    CHECK_FALSE(images.shares_memory_with(data.images()));
    for (std::int64_t i = 0; i < labels.numel(); ++i) {
      CHECK(images.at({i, 0, 1}) == 2 * labels.at(i) + 1);
    }
    previous = images;
  }
}

TEST_CASE("DataLoader: two passes at once do not disturb each other") {
  rg::DataLoader loader(counting(6), {.batch_size = 2, .shuffle = true, .seed = 9});
  auto first = loader.begin();
  auto second = loader.begin();
  Values a;
  Values b;
  for (; first != loader.end(); ++first, ++second) {
    for (int i = 0; i < 2; ++i) {
      a.push_back(static_cast<std::int64_t>((*first).targets.at(i)));
      b.push_back(static_cast<std::int64_t>((*second).targets.at(i)));
    }
  }
  loader.set_epoch(0);
  CHECK(labels_of(loader) == a);
  CHECK(labels_of(loader) == b);
}

TEST_CASE("DataLoader: a batch size below 1 is refused") {
  for (const std::int64_t size : {0, -5}) {
    test::check_contains(test::message_of<rg::ValueError>(
                             [&] { rg::DataLoader(counting(3), {.batch_size = size}); }),
                         "DataLoader: batch_size must be at least 1, not " + std::to_string(size));
  }
}
