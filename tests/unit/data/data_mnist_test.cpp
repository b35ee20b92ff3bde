#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/data/mnist.h>

#include "skip.h"
#include "test_libraries.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::TempFolder;

namespace {

const std::string kImages = "train-images-idx3-ubyte";
const std::string kLabels = "train-labels-idx1-ubyte";

std::string images_file(char count, char side = 28) {
  const std::string zeros(3, '\0');
  const auto pixels = static_cast<std::size_t>(count) * static_cast<std::size_t>(side) *
                      static_cast<std::size_t>(side);
  return std::string("\0\0\x08\x03", 4) + zeros + count + zeros + side + zeros + side +
         std::string(pixels, '\x33');
}

std::string labels_file(const std::string& labels) {
  return std::string("\0\0\x08\x01\0\0\0", 7) + static_cast<char>(labels.size()) + labels;
}

std::string load_error(const TempFolder& folder) {
  return test::message_of<rg::IoError>([&] { rg::load_mnist(folder.path()); });
}

}  // namespace

TEST_CASE("load_mnist: plain files") {
  const TempFolder folder;
  test::write_file(folder.file(kImages), images_file(3));
  test::write_file(folder.file(kLabels), labels_file(std::string("\0\x09\x04", 3)));
  const rg::TensorDataset data = rg::load_mnist(folder.path());
  CHECK(data.images().shape() == rg::Shape{3, 1, 28, 28});
  CHECK(data.images().dtype() == rg::float32);
  CHECK(data.images().at({2, 0, 27, 27}) == doctest::Approx(0.2));
  CHECK(data.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 9, 4});
  CHECK(data.labels().dtype() == rg::int64);
}

TEST_CASE("load_mnist: files that are absent or do not fit") {
  const TempFolder folder;
  test::check_contains(load_error(folder), kImages + "' nor '" + folder.file(kImages) +
                                               ".gz' can be found   at data_mnist_test.cpp:");
  test::write_file(folder.file(kImages), images_file(2));
  test::check_contains(load_error(folder), kLabels + "' nor '");
  test::write_file(folder.file(kLabels), labels_file("\1\2\3"));
  test::check_contains(load_error(folder), "differ in their number of samples");
  test::write_file(folder.file(kLabels), labels_file("\1\x0a"));
  test::check_contains(load_error(folder), "has the label 10 at sample 1; labels are 0 to 9");
  test::write_file(folder.file(kLabels), images_file(2));
  test::check_contains(load_error(folder), "must hold unsigned bytes of shape [N]");
  test::write_file(folder.file(kLabels), labels_file("\1\2"));
  CHECK(rg::load_mnist(folder.path()).size() == 2);
  test::write_file(folder.file(kImages), images_file(2, 27));
  test::check_contains(load_error(folder), "must hold unsigned bytes of shape [N, 28, 28]");
  test::write_file(folder.file(kImages), images_file(2) + "x");
  test::check_contains(load_error(folder), "read_idx: '" + folder.file(kImages) + "': shape");
}

TEST_CASE("load_fashion_mnist: files of the same form, errors of its own") {
  const test::TempFolder folder;
  test::write_file(folder.file(kImages), images_file(2));
  test::write_file(folder.file(kLabels), labels_file("\1\2"));
  CHECK(rg::load_fashion_mnist(folder.path()).size() == 2);
  test::check_contains(
      test::message_of<rg::IoError>([&] { rg::load_fashion_mnist(folder.path(), false); }),
      "load_fashion_mnist: neither");
}

TEST_CASE("load_mnist: the published files") {
  if (!RETROGRAD_WITH_ZLIB) {
    test::skip(test::Lacks::option, "the files are compressed, and this build has no zlib");
    return;
  }
  const std::string folder = test::data_folder("mnist");
  if (folder.empty()) {
    return;
  }
  const rg::TensorDataset train = rg::load_mnist(folder, true);
  const rg::TensorDataset test = rg::load_mnist(folder, false);
  CHECK(train.size() == 60'000);
  CHECK(test.size() == 10'000);
  const auto first = test.slice(0, 10).labels().to_vector<std::int64_t>();
  CHECK(first == std::vector<std::int64_t>{7, 2, 1, 0, 4, 1, 4, 9, 5, 9});
  CHECK(train.slice(0, 3).labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{5, 0, 4});
  const float* pixels = train.images().raw<float>();
  const auto [low, high] = std::minmax_element(pixels, pixels + train.images().numel());
  CHECK(*low == 0.0F);
  CHECK(*high == 1.0F);
}
