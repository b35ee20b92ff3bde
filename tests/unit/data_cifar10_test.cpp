// CIFAR-10's binary files.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include <retrograd/retrograd.h>

#include "test_paths.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

// An image of one label and three planes of one colour each.
std::string record(int label, int red, int green, int blue) {
  return std::string(1, static_cast<char>(label)) + std::string(1024, static_cast<char>(red)) +
         std::string(1024, static_cast<char>(green)) + std::string(1024, static_cast<char>(blue));
}

std::string refusal(const test::TempFolder& folder, bool train) {
  return test::message_of<rg::IoError>([&] { rg::load_cifar10(folder.path(), train); });
}

}  // namespace

TEST_CASE("CIFAR-10: labels, planes of colours, and batches in their order") {
  const test::TempFolder folder;
  test::write_file(folder.file("data_batch_1.bin"), record(3, 255, 0, 51) + record(9, 0, 0, 0));
  test::write_file(folder.file("data_batch_3.bin"), record(0, 1, 2, 3));
  test::write_file(folder.file("test_batch.bin"), record(7, 0, 255, 0));

  const rg::Dataset training = rg::load_cifar10(folder.path());
  CHECK(training.images().shape() == rg::Shape{3, 3, 32, 32});
  CHECK(training.images().dtype() == rg::float32);
  CHECK(training.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{3, 9, 0});
  CHECK(training.images().at({0, 0, 31, 31}) == 1);
  CHECK(training.images().at({0, 1, 0, 0}) == 0);
  CHECK(training.images().at({0, 2, 16, 5}) == doctest::Approx(0.2));
  CHECK(training.images().at({2, 2, 31, 31}) == doctest::Approx(3 / 255.0));

  const rg::Dataset testing = rg::load_cifar10(folder.path(), false);
  CHECK(testing.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{7});
  CHECK(testing.images().at({0, 1, 3, 3}) == 1);
}

TEST_CASE("CIFAR-10: pixels that come in a different order than rows are told apart") {
  const test::TempFolder folder;
  std::string image = record(1, 0, 0, 0);
  image[1 + 1024 + 32 * 4 + 7] = '\xff';  // green, row 4, column 7
  test::write_file(folder.file("test_batch.bin"), image);
  const rg::Tensor pixels = rg::load_cifar10(folder.path(), false).images();
  CHECK(pixels.at({0, 1, 4, 7}) == 1);
  CHECK(rg::sum(pixels).item<double>() == 1);
}

TEST_CASE("CIFAR-10: a gzipped file under the same name") {
  const test::TempFolder folder;
  const std::string records = record(7, 0, 255, 0) + record(2, 51, 0, 0);
  const gzFile file = ::gzopen(folder.file("test_batch.bin").c_str(), "wb");
  REQUIRE(file != nullptr);
  CHECK(::gzwrite(file, records.data(), static_cast<unsigned>(records.size())) ==
        static_cast<int>(records.size()));
  REQUIRE(::gzclose(file) == Z_OK);
  CHECK(test::read_file(folder.file("test_batch.bin")).size() < records.size());
  const rg::Dataset testing = rg::load_cifar10(folder.path(), false);
  CHECK(testing.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{7, 2});
  CHECK(testing.images().at({0, 1, 3, 3}) == 1);
  CHECK(testing.images().at({1, 0, 3, 3}) == doctest::Approx(0.2));
}

TEST_CASE("CIFAR-10: missing and malformed files are refused with what is wrong") {
  const test::TempFolder folder;
  test::check_contains(refusal(folder, true), "no data_batch_1.bin to data_batch_5.bin");
  test::check_contains(refusal(folder, false), "test_batch.bin");
  const std::string good = record(1, 0, 0, 0);
  for (const std::string& bad : {std::string(), good.substr(1), good + "x"}) {
    test::write_file(folder.file("data_batch_2.bin"), bad);
    test::check_contains(refusal(folder, true),
                         std::to_string(bad.size()) + " bytes are not a number of images");
  }
  test::write_file(folder.file("data_batch_2.bin"), good + record(10, 0, 0, 0));
  test::check_contains(refusal(folder, true), "image 1 has the label 10");
}

TEST_CASE("CIFAR-10: the real files" *
          doctest::skip(!std::filesystem::exists(RETROGRAD_TEST_DATA
                                                 "/cifar10/data_batch_1.bin"))) {
  const rg::Dataset training = rg::load_cifar10(RETROGRAD_TEST_DATA "/cifar10");
  CHECK(training.size() % 10000 == 0);
  CHECK(rg::max(training.images()).item<double>() == 1);
  CHECK(rg::mean(training.images()).item<double>() == doctest::Approx(0.47).epsilon(0.05));
}
