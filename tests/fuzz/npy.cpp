// A .npy file: load_npy(). What it reads is written and read again.
#include <cstring>
#include <string>

#include <retrograd/io/npy.h>
#include <retrograd/ops/ops.h>

#include "fuzz.h"

namespace rg = retrograd;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  static const fuzz::Folder folder;
  file.write(fuzz::text_of(data, size));
  rg::Tensor x;
  bool is_whole = false;
  {
    constexpr std::size_t growth = 8;  // from int8 to int64
    const fuzz::AllocationLimit limit(fuzz::allowed(size, growth));
    is_whole = fuzz::succeeds([&] { x = rg::load_npy(file.path()); });
  }
  if (is_whole) {
    const std::string copy = folder / "copy.npy";
    rg::save_npy(x, copy);
    const rg::Tensor y = rg::load_npy(copy);
    fuzz::require(x.dtype() == y.dtype() && x.shape() == y.shape(), "another shape after saving");
    const rg::Tensor rows = x.contiguous();
    const auto bytes = static_cast<std::size_t>(x.numel()) * rg::item_size(x.dtype());
    fuzz::require(bytes == 0 || std::memcmp(rows.raw_bytes(), y.raw_bytes(), bytes) == 0,
                  "other values after saving");
  }
  return 0;
}
