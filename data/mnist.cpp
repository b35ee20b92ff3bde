#include <retrograd/data/mnist.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include <retrograd/data/detail/byte_source.h>
#include <retrograd/data/idx.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using detail::in_quotes;

std::string find_file(const Frame& call, const std::string& folder, const std::string& name) {
  const std::filesystem::path plain = std::filesystem::path(folder) / name;
  for (const char* suffix : {"", ".gz"}) {
    std::string path = plain.string() + suffix;
    if (detail::is_there(path)) {
      return path;
    }
  }
  check::refuse<IoError>(call, {}, "neither {} nor {} can be found [file-not-found]",
                         in_quotes(plain.string()), in_quotes(plain.string() + ".gz"));
}

Tensor scaled_images(const Frame& call, const Tensor& stored, const std::string& path) {
  if (stored.dtype() != uint8 || stored.dim() != 3 || stored.shape()[1] != 28 ||
      stored.shape()[2] != 28) {
    check::refuse<IoError>(call, {{"images", stored}},
                           "{} must hold unsigned bytes of shape [N, 28, 28] [file-malformed]",
                           in_quotes(path));
  }
  Tensor images = empty_tensor({stored.shape()[0], 1, 28, 28}, float32);
  const auto* from = stored.raw<std::uint8_t>();
  std::transform(from, from + stored.numel(), images.raw<float>(),
                 [](std::uint8_t grey) { return static_cast<float>(grey) / 255.0F; });
  return images;
}

Tensor checked_labels(const Frame& call, const Tensor& stored, const std::string& path) {
  if (stored.dtype() != uint8 || stored.dim() != 1) {
    check::refuse<IoError>(call, {{"labels", stored}},
                           "{} must hold unsigned bytes of shape [N] [file-malformed]",
                           in_quotes(path));
  }
  const auto* from = stored.raw<std::uint8_t>();
  const auto* end = from + stored.numel();
  if (const auto* bad = std::find_if(from, end, [](std::uint8_t label) { return label > 9; });
      bad != end) {
    check::refuse<IoError>(call, {},
                           "{} has the label {} at sample {}; labels are 0 to 9 [file-malformed]",
                           in_quotes(path), *bad, bad - from);
  }
  Tensor labels = empty_tensor(stored.shape(), int64);
  std::copy(from, end, labels.raw<std::int64_t>());
  return labels;
}

TensorDataset load(const char* operation, const std::string& folder, bool train, Where where) {
  const detail::FileCall call{operation, folder, where};
  call.check_path();
  const std::string set = train ? "train" : "t10k";
  const std::string image_path = find_file(call, folder, set + "-images-idx3-ubyte");
  const std::string label_path = find_file(call, folder, set + "-labels-idx1-ubyte");
  const Tensor labels = checked_labels(call, read_idx(label_path, call.where()), label_path);
  const Tensor images = scaled_images(call, read_idx(image_path, call.where()), image_path);
  if (images.shape()[0] != labels.shape()[0]) {
    check::refuse<IoError>(call, {{"images", images}, {"labels", labels}},
                           "{} and {} differ in their number of samples [batch-sizes-differ]",
                           in_quotes(image_path), in_quotes(label_path));
  }
  return {images, labels};
}

}  // namespace

TensorDataset load_mnist(const std::string& folder, bool train, Where where) {
  return load("load_mnist", folder, train, where);
}

TensorDataset load_fashion_mnist(const std::string& folder, bool train, Where where) {
  return load("load_fashion_mnist", folder, train, where);
}

}  // namespace retrograd
