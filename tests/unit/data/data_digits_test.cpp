#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/data/digits.h>
#include <retrograd/tensor/threads.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

constexpr std::size_t kPixels = 28 * 28;

std::vector<float> image(const rg::TensorDataset& data, std::int64_t i) {
  const float* first = data.images().raw<float>() + i * static_cast<std::int64_t>(kPixels);
  return {first, first + kPixels};
}

}  // namespace

TEST_CASE("drawn_digits: shapes, dtypes and range") {
  const rg::TensorDataset data = rg::drawn_digits(25, 1);
  CHECK(data.images().shape() == rg::Shape{25, 1, 28, 28});
  CHECK(data.images().dtype() == rg::float32);
  CHECK(data.labels().shape() == rg::Shape{25});
  CHECK(data.labels().dtype() == rg::int64);
  const auto pixels = data.images().to_vector<float>();
  CHECK(std::all_of(pixels.begin(), pixels.end(), [](float p) { return p >= 0 && p <= 1; }));
  CHECK(rg::drawn_digits(0).images().shape() == rg::Shape{0, 1, 28, 28});
}

TEST_CASE("drawn_digits: an image depends on the seed and its index only") {
  const rg::TensorDataset large = rg::drawn_digits(200, 5);
  const rg::TensorDataset small = rg::drawn_digits(33, 5);
  const int threads = rg::get_num_threads();
  rg::set_num_threads(threads == 1 ? 3 : 1);
  const rg::TensorDataset again = rg::drawn_digits(200, 5);
  rg::set_num_threads(threads);
  CHECK(again.images().to_vector<float>() == large.images().to_vector<float>());
  CHECK(again.labels().to_vector<std::int64_t>() == large.labels().to_vector<std::int64_t>());
  for (std::int64_t i = 0; i < small.size(); ++i) {
    CHECK(image(small, i) == image(large, i));
    CHECK(small.labels().at(i) == large.labels().at(i));
  }
}

TEST_CASE("drawn_digits: each ten images show each digit once, in changing order") {
  const auto labels = rg::drawn_digits(1000, 2).labels().to_vector<std::int64_t>();
  int in_order = 0;
  for (std::size_t first = 0; first < labels.size(); first += 10) {
    std::vector<std::int64_t> ten(labels.begin() + static_cast<std::ptrdiff_t>(first),
                                  labels.begin() + static_cast<std::ptrdiff_t>(first) + 10);
    in_order += std::is_sorted(ten.begin(), ten.end()) ? 1 : 0;
    std::sort(ten.begin(), ten.end());
    CHECK(ten == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
  CHECK(in_order < 5);
}

TEST_CASE("drawn_digits: no two images are the same, also across seeds") {
  const rg::TensorDataset one = rg::drawn_digits(300, 1);
  const rg::TensorDataset two = rg::drawn_digits(300, 2);
  std::vector<std::vector<float>> all;
  for (std::int64_t i = 0; i < 300; ++i) {
    all.push_back(image(one, i));
    all.push_back(image(two, i));
  }
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("drawn_digits: there is ink, in the middle") {
  const rg::TensorDataset data = rg::drawn_digits(500, 3);
  int cut_off = 0;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const auto pixels = image(data, i);
    int inner = 0;
    int border = 0;
    for (std::size_t p = 0; p < kPixels; ++p) {
      const std::size_t row = p / 28;
      const std::size_t column = p % 28;
      const bool at_border = row == 0 || row == 27 || column == 0 || column == 27;
      (at_border ? border : inner) += pixels[p] > 0.5F ? 1 : 0;
    }
    INFO("image " << i << " shows " << data.labels().at(i));
    CHECK(inner > 8);
    CHECK(inner < 300);
    cut_off += border > 4 ? 1 : 0;
  }
  CHECK(cut_off <= 10);
}

// Hard enough to need a network, easy enough to be learned: the nearest mean image finds much more
// than chance and much less than all.
TEST_CASE("drawn_digits: classes are alike, and no two are one") {
  const rg::TensorDataset train = rg::drawn_digits(3000, 1);
  const rg::TensorDataset test = rg::drawn_digits(1000, 2);
  std::vector<std::array<double, kPixels>> means(10);
  for (std::int64_t i = 0; i < train.size(); ++i) {
    auto& mean = means[static_cast<std::size_t>(train.labels().at(i))];
    const auto pixels = image(train, i);
    for (std::size_t p = 0; p < kPixels; ++p) {
      mean[p] += pixels[p] / 300.0;
    }
  }
  int right = 0;
  for (std::int64_t i = 0; i < test.size(); ++i) {
    const auto pixels = image(test, i);
    std::array<double, 10> distance{};
    for (std::size_t c = 0; c < 10; ++c) {
      for (std::size_t p = 0; p < kPixels; ++p) {
        distance[c] += std::pow(pixels[p] - means[c][p], 2);
      }
    }
    const auto nearest = std::min_element(distance.begin(), distance.end()) - distance.begin();
    right += nearest == static_cast<std::ptrdiff_t>(test.labels().at(i)) ? 1 : 0;
  }
  MESSAGE("nearest mean: " << right << " of 1000");
  CHECK(right > 300);
  CHECK(right < 900);
}

TEST_CASE("drawn_digits: a negative count is refused") {
  test::check_contains(test::message_of<rg::ValueError>([] { rg::drawn_digits(-1); }),
                       "drawn_digits: cannot draw -1 images   at data_digits_test.cpp:");
}
