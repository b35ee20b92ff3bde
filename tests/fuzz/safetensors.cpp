// A safetensors file: load_safetensors() and load_metadata(). What they read is written and read
// again.
#include <cstring>
#include <string>

#include <retrograd/io/safetensors.h>

#include "fuzz.h"

namespace rg = retrograd;

namespace {

void require_same(const rg::StateDict& state, const rg::StateDict& again) {
  fuzz::require(state.size() == again.size(), "another number of tensors after saving");
  for (const auto& [name, x] : state) {
    fuzz::require(again.contains(name), "another name after saving");
    const rg::Tensor& y = again.at(name);
    fuzz::require(x.dtype() == y.dtype() && x.shape() == y.shape(), "another shape after saving");
    const auto bytes = static_cast<std::size_t>(x.numel()) * rg::item_size(x.dtype());
    fuzz::require(bytes == 0 || std::memcmp(x.raw_bytes(), y.raw_bytes(), bytes) == 0,
                  "other values after saving");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  static const fuzz::Folder folder;
  file.write(fuzz::text_of(data, size));
  rg::Metadata metadata;
  rg::StateDict state;
  bool has_metadata = false;
  bool is_whole = false;
  {
    constexpr std::size_t growth = 8;  // from int8 to int64
    const fuzz::AllocationLimit limit(fuzz::allowed(size, growth));
    has_metadata = fuzz::succeeds([&] { metadata = rg::load_metadata(file.path()); });
    is_whole = fuzz::succeeds([&] { state = rg::load_safetensors(file.path()); });
  }
  if (is_whole) {
    fuzz::require(has_metadata, "load_safetensors() takes a header that load_metadata() refuses");
    const std::string copy = folder / "copy.safetensors";
    rg::save(state, copy, {.metadata = metadata});
    require_same(state, rg::load(copy));
    fuzz::require(metadata == rg::load_metadata(copy), "other metadata after saving");
  }
  return 0;
}
