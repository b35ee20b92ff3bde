// CIFAR-10's binary files.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include <retrograd/retrograd.h>

#include "skip.h"
#include "unit/io_temp_files.h"
#include "unit/peak_rss.h"

namespace rg = retrograd;

namespace {

// An image of one label and three planes of one colour each.
std::string record(int label, int red, int green, int blue) {
  return std::string(1, static_cast<char>(label)) + std::string(1024, static_cast<char>(red)) +
         std::string(1024, static_cast<char>(green)) + std::string(1024, static_cast<char>(blue));
}

void write_gzip(const std::string& path, const std::string& bytes, int repeats = 1) {
  const gzFile file = ::gzopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  for (int i = 0; i < repeats; ++i) {
    CHECK(::gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) ==
          static_cast<int>(bytes.size()));
  }
  REQUIRE(::gzclose(file) == Z_OK);
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

  const rg::TensorDataset training = rg::load_cifar10(folder.path());
  CHECK(training.images().shape() == rg::Shape{3, 3, 32, 32});
  CHECK(training.images().dtype() == rg::float32);
  CHECK(training.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{3, 9, 0});
  CHECK(training.images().at({0, 0, 31, 31}) == 1);
  CHECK(training.images().at({0, 1, 0, 0}) == 0);
  CHECK(training.images().at({0, 2, 16, 5}) == doctest::Approx(0.2));
  CHECK(training.images().at({2, 2, 31, 31}) == doctest::Approx(3 / 255.0));

  const rg::TensorDataset testing = rg::load_cifar10(folder.path(), false);
  CHECK(testing.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{7});
  CHECK(testing.images().at({0, 1, 3, 3}) == 1);
}

TEST_CASE("CIFAR-100: coarse and fine labels") {
  const test::TempFolder folder;
  const auto image = [](int coarse, int fine, int red) {
    return std::string(1, static_cast<char>(coarse)) + record(fine, red, 0, 255);
  };
  test::write_file(folder.file("train.bin"), image(19, 99, 51) + image(0, 3, 0));
  const rg::TensorDataset training = rg::load_cifar100(folder.path());
  CHECK(training.images().shape() == rg::Shape{2, 3, 32, 32});
  CHECK(training.images().at({0, 0, 31, 31}) == doctest::Approx(0.2));
  CHECK(training.images().at({1, 2, 0, 0}) == 1);
  CHECK(training.labels().to_vector<std::int64_t>() == std::vector<std::int64_t>{99, 3});
  CHECK(training.tensors()[2].to_vector<std::int64_t>() == std::vector<std::int64_t>{19, 0});

  const auto refused = [&](const std::string& bytes) {
    write_gzip(folder.file("test.bin"), bytes);
    return test::message_of<rg::IoError>([&] { rg::load_cifar100(folder.path(), false); });
  };
  test::check_contains(refused(image(20, 0, 0)), "image 0 has the label 20; labels are 0 to 19");
  test::check_contains(refused(image(0, 0, 0) + image(0, 100, 0)),
                       "image 1 has the label 100; labels are 0 to 99");
  test::check_contains(refused(image(0, 0, 0) + "x"), "are not a number of images of 3074 bytes");
  CHECK(rg::load_cifar100(folder.path()).size() == 2);
  const test::TempFolder empty;
  CHECK_THROWS_AS(rg::load_cifar100(empty.path()), rg::IoError);
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
  write_gzip(folder.file("test_batch.bin"), records);
  CHECK(test::read_file(folder.file("test_batch.bin")).size() < records.size());
  const rg::TensorDataset testing = rg::load_cifar10(folder.path(), false);
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

TEST_CASE("CIFAR-10: a file holds at most 10,000 images, and memory only for what is there") {
  const test::TempFolder folder;
  const std::string path = folder.file("test_batch.bin");
  write_gzip(path, std::string(3'073'000, '\0'), 10);
  CHECK(rg::load_cifar10(folder.path(), false).size() == 10'000);
  std::string message;
  const auto growth = [&] { return test::peak_growth([&] { message = refusal(folder, false); }); };
  write_gzip(path, std::string(3'073'000, '\0'), 350);  // 1 GB from 1 MB
  CHECK(std::filesystem::file_size(path) < 1'100'000);
  CHECK(growth() < 100'000'000);
  test::check_contains(message, "it has more than 10000 images of 3073 bytes");
  test::write_file(path, "");
  std::filesystem::resize_file(path, std::uintmax_t{3} << 30);  // sparse
  CHECK(growth() < 1'000'000);
  test::check_contains(message, "it has more than 10000 images of 3073 bytes");
  write_gzip(path, "a short text");
  CHECK(growth() < 1'000'000);
  test::check_contains(message, "12 bytes are not a number of images");
}

TEST_CASE("CIFAR-10: links that lead nowhere and paths with a NUL are refused by name") {
  const test::TempFolder folder;
  const std::string loop = folder.file("data_batch_2.bin");
  std::filesystem::create_symlink(loop, loop);
  test::check_contains(refusal(folder, true), "data_batch_2.bin': cannot open it: ");
  const std::string path = folder.path() + std::string("\0x", 2);
  test::check_contains(test::message_of<rg::IoError>([&] { rg::load_cifar10(path); }),
                       "\\x00x': a path cannot hold a NUL byte");
  test::check_contains(test::message_of<rg::IoError>([&] { rg::load_mnist(path); }),
                       "\\x00x': a path cannot hold a NUL byte");
  test::check_contains(test::message_of<rg::IoError>([&] { rg::read_idx(path); }),
                       "\\x00x': a path cannot hold a NUL byte");
}

TEST_CASE("CIFAR-10: the real files") {
  const std::string folder = test::data_folder("cifar10");
  if (folder.empty()) {
    return;
  }
  const rg::TensorDataset training = rg::load_cifar10(folder);
  CHECK(training.size() % 10000 == 0);
  CHECK(rg::max(training.images()).item<double>() == 1);
  CHECK(rg::mean(training.images()).item<double>() == doctest::Approx(0.47).epsilon(0.05));
}
