// The index of a model in several safetensors files, and one of these: load(). The input is the
// length of the index in two bytes, the index and the file "a".
#include <string>

#include <retrograd/io/load.h>

#include "fuzz.h"

namespace rg = retrograd;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile index;
  static fuzz::MemoryFile part;
  static const fuzz::Folder folder;
  static const bool is_linked = [] {
    folder.link("index.json", index);
    folder.link("a", part);
    return true;
  }();
  fuzz::require(is_linked, "no links");
  fuzz::Bytes input(data, size);
  std::size_t length = input.next();
  length = length << 8U | input.next();
  index.write(input.rest().substr(0, length));
  part.write(input.rest().size() < length ? "" : input.rest().substr(length));
  constexpr std::size_t growth = 8;  // from int8 to int64
  const fuzz::AllocationLimit limit(fuzz::allowed(size, growth));
  fuzz::succeeds([&] { rg::load(folder / "index.json"); });
  fuzz::succeeds([&] { rg::load_metadata(folder / "index.json"); });
  return 0;
}
