// A folder as load_mnist() reads it: two bytes with the length of the file of labels, that file,
// and the file of images.
#include <algorithm>
#include <string_view>

#include <retrograd/data/mnist.h>

#include "fuzz.h"

namespace rg = retrograd;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile labels;
  static fuzz::MemoryFile images;
  static const fuzz::Folder folder;
  static const bool linked = [] {
    folder.link("t10k-labels-idx1-ubyte", labels);
    folder.link("t10k-images-idx3-ubyte.gz", images);
    return true;
  }();
  static_cast<void>(linked);
  fuzz::Bytes in(data, size);
  const std::size_t length = in.next() + std::size_t{256} * in.next();
  const std::string_view rest = in.rest();
  const std::size_t split = std::min(length, rest.size());
  labels.write(rest.substr(0, split));
  images.write(rest.substr(split));
  // Bytes become int64 and float32.
  const std::size_t bytes =
      std::max(fuzz::unpacked(rest.substr(0, split)).size, fuzz::unpacked(rest.substr(split)).size);
  const fuzz::AllocationLimit limit(fuzz::allowed(bytes, 8));
  fuzz::succeeds([&] {
    const rg::TensorDataset set = rg::load_mnist(folder.path(), false);
    fuzz::require(set.images().shape() == rg::Shape{set.size(), 1, 28, 28}, "images' shape");
    fuzz::require(set.labels().shape() == rg::Shape{set.size()}, "labels' shape");
  });
  return 0;
}
