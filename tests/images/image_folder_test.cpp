// Data sets of image files.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include <retrograd/images/image_folder.h>
#include <retrograd/images/jpeg.h>
#include <retrograd/images/png.h>
#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

// Two classes: cat with 1.png and 2.jpg, dog with in/a.PNG. Pixels tell the file.
class Animals {
 public:
  Animals() {
    write("cat/1.png", 10);
    write("cat/2.jpg", 20);
    write("dog/in/a.PNG", 30);
    test::write_file(folder_.file("cat/notes.txt"), "no image");
    test::write_file(folder_.file("outside.jpg"), "no class");
  }

  std::string root() const { return folder_.path(); }
  std::string file(const std::string& name) const { return folder_.file(name); }

  void write(const std::string& name, int value) const {
    const std::filesystem::path path = folder_.file(name);
    std::filesystem::create_directories(path.parent_path());
    const rg::Tensor image = rg::full({3, 4, 6}, value, {.dtype = rg::uint8});
    path.extension() == ".jpg" ? rg::save_jpeg(image, path) : rg::save_png(image, path);
  }

 private:
  test::TempFolder folder_;
};

std::string refusal(const std::string& root, const rg::ImageFolderOptions& options = {}) {
  return test::message_of<rg::IoError>([&] { rg::ImageFolder(root, options); });
}

}  // namespace

TEST_CASE("ImageFolder: a class for each folder, and files in sorted order") {
  const Animals animals;
  const rg::ImageFolder data(animals.root());
  CHECK(data.classes() == std::vector<std::string>{"cat", "dog"});
  CHECK(data.class_to_idx() == std::map<std::string, std::int64_t>{{"cat", 0}, {"dog", 1}});
  REQUIRE(data.size() == 3);
  CHECK(data.samples()[1].path == animals.file("cat/2.jpg"));
  CHECK(data.samples()[2].path == animals.file("dog/in/a.PNG"));
  CHECK(data.samples()[2].label == 1);
  CHECK(data.describe(0) == animals.file("cat/1.png"));
  CHECK(data.targets().to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 0, 1});
  for (int i = 0; i < 3; ++i) {
    const rg::Sample sample = data.get(i);
    REQUIRE(sample.size() == 2);
    CHECK(sample[0].shape() == rg::Shape{3, 4, 6});
    CHECK(sample[0].dtype() == rg::uint8);
    CHECK(sample[0].at({2, 3, 5}) == doctest::Approx(10 * (i + 1)).epsilon(0.1));
    CHECK(sample[1].shape() == rg::Shape{});
    CHECK(sample[1].dtype() == rg::int64);
    CHECK(sample[1].item<std::int64_t>() == i / 2);
  }
  CHECK_THROWS_AS(data.get(3), rg::IndexError);
  CHECK_THROWS_AS(data.get(-1), rg::IndexError);
  CHECK_THROWS_AS(data.describe(3), rg::IndexError);
}

TEST_CASE("ImageFolder: a transform, a loader and other extensions") {
  const Animals animals;
  const rg::ImageFolder changed(
      animals.root(), {.transform = [](const rg::Tensor& x) { return rg::sum(x.to(rg::float32)); },
                       .load = {.mode = rg::ImageMode::gray}});
  CHECK(changed.get(0)[0].item<float>() == 240);
  std::vector<std::string> asked;
  const rg::ImageFolder loaded(animals.root(), {.loader =
                                                    [&](const std::string& path) {
                                                      asked.push_back(path);
                                                      return rg::ones({1});
                                                    },
                                                .extensions = {".txt"},
                                                .allow_empty = true});
  CHECK(loaded.size() == 1);
  CHECK(loaded.classes().size() == 2);
  CHECK(loaded.get(0)[0].shape() == rg::Shape{1});
  CHECK(asked == std::vector<std::string>{animals.file("cat/notes.txt")});
}

TEST_CASE("ImageFolder: batches by workers, and the name of a file that cannot be read") {
  const Animals animals;
  for (int i = 3; i < 20; ++i) {
    animals.write("cat/" + std::to_string(i) + ".jpg", 10 * i);
  }
  const rg::ImageFolder data(animals.root());
  std::vector<std::vector<std::int64_t>> sums;
  for (const int workers : {0, 2}) {
    rg::DataLoader loader(data, {.batch_size = 4, .shuffle = true, .seed = 5, .workers = workers});
    std::vector<std::int64_t> sum;
    for (auto& [images, labels] : loader) {
      CHECK(images.dtype() == rg::uint8);
      CHECK(images.shape() == rg::Shape{labels.size(0), 3, 4, 6});
      sum.push_back(rg::sum(images.to(rg::int64)).item<std::int64_t>());
    }
    sums.push_back(sum);
  }
  CHECK(sums[0].size() == 5);
  CHECK(sums[0] == sums[1]);
  const std::string damaged = animals.file("cat/2.jpg");
  std::filesystem::resize_file(damaged, 300);
  rg::DataLoader loader(data, {.batch_size = 4, .workers = 2});
  const std::string message = test::message_of<rg::IoError>([&] {
    for (auto& [images, labels] : loader) {
      static_cast<void>(images);
      static_cast<void>(labels);
    }
  });
  test::check_contains(message, damaged);
  test::check_contains(message, "it is truncated");
}

TEST_CASE("ImageFolder: folders that are no data set are refused with what is wrong") {
  const Animals animals;
  const test::TempFolder other;
  test::check_contains(refusal(other.file("none")), "No such file or directory");
  test::check_contains(refusal(animals.file("outside.jpg")), "Not a directory");
  test::check_contains(refusal(other.path()), "there is no folder in it, which would be a class");
  std::filesystem::create_directory(other.file("bird"));
  std::filesystem::create_directory(other.file("fish"));
  test::check_contains(refusal(other.path()), "for the class 'bird', 'fish'");
  test::check_contains(refusal(other.path()), ".jpg, .jpeg, .png");
  CHECK(rg::ImageFolder(other.path(), {.allow_empty = true}).size() == 0);
  CHECK(rg::ImageFolder(animals.root(), {.max_files = 3}).size() == 3);
  test::check_contains(refusal(animals.root(), {.max_files = 2}), "more files than max_files");
  test::check_contains(refusal(std::string("a\0b", 3)), "NUL");
  std::filesystem::create_directory_symlink(animals.root(), animals.file("dog/in/up"));
  test::check_contains(refusal(animals.root()), "leads back to a folder above it");
  CHECK_THROWS_AS(rg::ImageFolder(animals.root(), {.max_files = -1}), rg::ValueError);
  CHECK_THROWS_AS(rg::ImageFolder(animals.root(), {.extensions = {}}), rg::ValueError);
  CHECK_THROWS_AS(rg::ImageFolder(animals.root(), {.load = {.max_pixels = 0}}), rg::ValueError);
}

TEST_CASE("ImageFolder: a folder without permission is an error, not an empty class") {
  const Animals animals;
  const std::string closed = animals.file("dog/in");
  std::filesystem::permissions(closed, std::filesystem::perms::none);
  if (::access(closed.c_str(), R_OK) != 0) {  // root reads everything
    test::check_contains(refusal(animals.root()), "Permission denied");
    test::check_contains(refusal(animals.root()), closed);
  }
  std::filesystem::permissions(closed, std::filesystem::perms::owner_all);
}
