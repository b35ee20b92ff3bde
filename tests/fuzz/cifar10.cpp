// A CIFAR-10 file, plain or gzipped: load_cifar10().
#include <algorithm>

#include <retrograd/data/cifar10.h>

#include "fuzz.h"

namespace rg = retrograd;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  static const fuzz::Folder folder;
  static const bool linked = [] {
    folder.link("test_batch.bin", file);
    return true;
  }();
  static_cast<void>(linked);
  file.write(fuzz::text_of(data, size));
  // Bytes become float32, and a file has at most 10,000 images.
  const std::size_t bytes = std::min<std::size_t>(fuzz::unpacked(fuzz::text_of(data, size)).size,
                                                  std::size_t{10'000} * 3073);
  const fuzz::AllocationLimit limit(fuzz::allowed(bytes, 4));
  fuzz::succeeds([&] {
    const rg::TensorDataset set = rg::load_cifar10(folder.path(), false);
    fuzz::require(set.images().shape() == rg::Shape{set.size(), 3, 32, 32}, "images' shape");
    for (const std::int64_t label : set.labels().to_vector<std::int64_t>()) {
      fuzz::require(label >= 0 && label <= 9, "a label out of range");
    }
  });
  return 0;
}
