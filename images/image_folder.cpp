#include <retrograd/images/image_folder.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/ranges.h>

#include <retrograd/images/detail/decode.h>
#include <retrograd/images/detail/folder_files.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

struct ImageFolder::Contents {
  ImageFolderOptions options;
  std::vector<std::string> classes;
  std::map<std::string, std::int64_t> numbers;
  std::vector<Item> samples;
};

namespace {

using detail::FileCall;

void check_options(const FileCall& call, const ImageFolderOptions& options) {
  detail::check_options(call, options.load);
  check::require<ValueError>(call, options.max_files >= 0, {},
                             "max_files must be at least 0, not {} [value-out-of-range]",
                             options.max_files);
  check::require<ValueError>(call, !options.extensions.empty(), {},
                             "extensions must name at least one [argument-missing]");
}

}  // namespace

ImageFolder::ImageFolder(const std::string& root, ImageFolderOptions options, Where where) {
  const FileCall call{"ImageFolder", root, where};
  check_options(call, options);
  call.check_path();
  auto contents = std::make_shared<Contents>();
  contents->classes = detail::folders_in(root, call);
  if (contents->classes.empty()) {
    call.fail("there is no folder in it, which would be a class [files-missing]");
  }
  std::vector<std::string> empty;
  for (const std::string& name : contents->classes) {
    const auto label = static_cast<std::int64_t>(contents->numbers.size());
    contents->numbers.emplace(name, label);
    const std::size_t left = static_cast<std::size_t>(options.max_files) - contents->samples.size();
    const std::string folder = root.ends_with('/') ? root + name : root + '/' + name;
    const auto paths = detail::files_below(folder, options.extensions, left, call);
    if (paths.empty()) {
      empty.push_back(detail::in_quotes(name));
    }
    for (const std::string& path : paths) {
      contents->samples.push_back({path, label});
    }
  }
  if (!empty.empty() && !options.allow_empty) {
    call.fail("there is no file that ends with {} for {} [files-missing]",
              fmt::format("{}", fmt::join(options.extensions, ", ")),
              fmt::format("the class {}", fmt::join(empty, ", ")));
  }
  contents->options = std::move(options);
  contents_ = std::move(contents);
}

const std::vector<std::string>& ImageFolder::classes() const noexcept {
  return contents_->classes;
}

const std::map<std::string, std::int64_t>& ImageFolder::class_to_idx() const noexcept {
  return contents_->numbers;
}

const std::vector<ImageFolder::Item>& ImageFolder::samples() const noexcept {
  return contents_->samples;
}

Tensor ImageFolder::targets() const {
  Tensor labels = empty_tensor({size()}, int64);
  std::transform(samples().begin(), samples().end(), labels.raw<std::int64_t>(),
                 [](const Item& item) { return item.label; });
  return labels;
}

std::int64_t ImageFolder::size() const {
  return static_cast<std::int64_t>(contents_->samples.size());
}

const ImageFolder::Item& ImageFolder::item(std::int64_t index, const char* operation) const {
  check::require<IndexError>({operation, {}}, index >= 0 && index < size(), {},
                             "index {} of {} files [index-out-of-range]", index, size());
  return contents_->samples[static_cast<std::size_t>(index)];
}

Sample ImageFolder::get(std::int64_t index) const {
  const Item& file = item(index, "ImageFolder.get");
  const ImageFolderOptions& options = contents_->options;
  Tensor image = options.loader ? options.loader(file.path) : load_image(file.path, options.load);
  if (options.transform) {
    image = options.transform(image);
  }
  Tensor label = empty_tensor({}, int64);
  *label.raw<std::int64_t>() = file.label;
  return {std::move(image), std::move(label)};
}

std::string ImageFolder::describe(std::int64_t index) const {
  return item(index, "ImageFolder.describe").path;
}

}  // namespace retrograd
