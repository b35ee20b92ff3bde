#include <retrograd/data/mnist.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include <retrograd/data/detail/byte_source.h>
#include <retrograd/data/idx.h>

namespace retrograd {

namespace {

using detail::in_quotes;

constexpr const char* kOp = "load_mnist";

std::string find_file(const std::string& folder, const std::string& name, Where where) {
  const std::filesystem::path plain = std::filesystem::path(folder) / name;
  for (const char* suffix : {"", ".gz"}) {
    const std::string path = plain.string() + suffix;
    if (detail::is_there(path)) {
      return path;
    }
  }
  fail<IoError>(kOp, where,
                "neither " + in_quotes(plain.string()) + " nor " +
                    in_quotes(plain.string() + ".gz") + " can be found");
}

Tensor scaled_images(const Tensor& stored, const std::string& path, Where where) {
  if (stored.dtype() != uint8 || stored.dim() != 3 || stored.shape()[1] != 28 ||
      stored.shape()[2] != 28) {
    fail<IoError>(kOp, where, in_quotes(path) + " must hold unsigned bytes of shape [N, 28, 28]",
                  {{"images", stored}});
  }
  Tensor images = empty_tensor({stored.shape()[0], 1, 28, 28}, float32, where);
  const auto* from = stored.raw<std::uint8_t>();
  std::transform(from, from + stored.numel(), images.raw<float>(),
                 [](std::uint8_t grey) { return static_cast<float>(grey) / 255.0F; });
  return images;
}

Tensor checked_labels(const Tensor& stored, const std::string& path, Where where) {
  if (stored.dtype() != uint8 || stored.dim() != 1) {
    fail<IoError>(kOp, where, in_quotes(path) + " must hold unsigned bytes of shape [N]",
                  {{"labels", stored}});
  }
  const auto* from = stored.raw<std::uint8_t>();
  const auto* end = from + stored.numel();
  if (const auto* bad = std::find_if(from, end, [](std::uint8_t label) { return label > 9; });
      bad != end) {
    fail<IoError>(kOp, where,
                  in_quotes(path) + " has the label " + std::to_string(*bad) + " at sample " +
                      std::to_string(bad - from) + "; labels are 0 to 9");
  }
  Tensor labels = empty_tensor(stored.shape(), int64, where);
  std::copy(from, end, labels.raw<std::int64_t>());
  return labels;
}

}  // namespace

Dataset load_mnist(const std::string& folder, bool train, Where where) {
  detail::FileCall{kOp, folder, where}.check_path();
  const std::string set = train ? "train" : "t10k";
  const std::string image_path = find_file(folder, set + "-images-idx3-ubyte", where);
  const std::string label_path = find_file(folder, set + "-labels-idx1-ubyte", where);
  const Tensor labels = checked_labels(read_idx(label_path, where), label_path, where);
  const Tensor images = scaled_images(read_idx(image_path, where), image_path, where);
  if (images.shape()[0] != labels.shape()[0]) {
    fail<IoError>(kOp, where,
                  in_quotes(image_path) + " and " + in_quotes(label_path) +
                      " differ in their number of samples",
                  {{"images", images}, {"labels", labels}});
  }
  return {images, labels, where};
}

}  // namespace retrograd
