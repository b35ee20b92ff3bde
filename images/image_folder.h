/// @file
/// Data set of image files in a folder for each class. Link `retrograd::images`.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <retrograd/data/dataset.h>
#include <retrograd/images/image.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of ImageFolder.
struct ImageFolderOptions {
  /// Function that changes each image, or none. Workers call it in several threads at once.
  std::function<Tensor(const Tensor&)> transform{};
  /// Function that reads a file, in place of `load_image(path, load)`. Workers call it in several
  /// threads at once.
  std::function<Tensor(const std::string&)> loader{};
  LoadImageOptions load{};  ///< Options of the reader.
  /// Ends of the names of files that are listed, in lower case: names are compared in lower case.
  std::vector<std::string> extensions = {".jpg", ".jpeg", ".png"};
  bool allow_empty = false;  ///< Whether a class may have no file.
  /// Largest number of files. A folder with more is refused.
  std::int64_t max_files = 100'000'000;
};

/// Images in a folder for each class, as torchvision's ImageFolder.
/// @code
/// //  animals/cat/1.jpg  animals/cat/2.jpg  animals/dog/1.png
/// ImageFolder data("animals", {.transform = transforms::Resize({224, 224})});
/// DataLoader loader(data, {.batch_size = 32, .shuffle = true, .workers = 2});
/// @endcode
/// Each folder in `root` is a class, and its number is its position among their sorted names. Files
/// of a class are those below its folder, folder by folder in sorted order. Symbolic links are
/// followed. Copies share the list.
///
/// A sample is the image, uint8 (3, H, W) unless an option says otherwise, and its label, an int64
/// of shape (). Files are listed once, by the constructor, and read when a sample is asked for.
class RETROGRAD_API ImageFolder : public Dataset {
 public:
  /// File of the data set.
  struct Item {
    std::string path;        ///< Path, which begins with the root.
    std::int64_t label = 0;  ///< Number of the class.
  };

  /// Lists the files.
  /// @throws IoError if a folder cannot be listed, no class is found, or a class has no file
  /// @throws IoError if a link leads back to a folder above it, or there are more than `max_files`
  /// @throws ValueError if an option is out of its range
  explicit ImageFolder(const std::string& root, ImageFolderOptions options = {}, Where where = {});

  /// Returns the names of the classes, sorted.
  const std::vector<std::string>& classes() const noexcept;
  /// Returns the number of each class.
  const std::map<std::string, std::int64_t>& class_to_idx() const noexcept;
  /// Returns all files, in the order of the samples.
  const std::vector<Item>& samples() const noexcept;
  /// Returns the labels of all samples as int64 (N).
  Tensor targets() const;

  std::int64_t size() const override;
  /// Returns an image and its label.
  /// @throws IndexError if the index is out of range
  /// @throws IoError if the file cannot be read as an image
  Sample get(std::int64_t index) const override;
  /// Returns the path of the file.
  /// @throws IndexError if the index is out of range
  std::string describe(std::int64_t index) const override;

 private:
  struct Contents;
  const Item& item(std::int64_t index, const char* operation) const;

  std::shared_ptr<const Contents> contents_;
};

}  // namespace retrograd
