// A .npz file: load_npz(). The first byte says what the others are: a file, or an array that is put
// into an archive, stored or deflated.
#include <string>

#include <retrograd/io/npy.h>
#include <retrograd/ops/ops.h>

#include "fuzz.h"
#include "unit/pt_files.h"

namespace rg = retrograd;

namespace {

std::string file_of(std::uint8_t kind, const std::string& bytes) {
  switch (kind % 4) {
    case 1: return test::zip({{"a.npy", bytes}});
    case 2: return test::zip({test::deflated("a.npy", bytes), test::deflated("b.npy", bytes)});
    case 3: return test::zip({{"a.npy", bytes}}, true);
    default: return bytes;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  static const fuzz::Folder folder;
  fuzz::Bytes input(data, size);
  const std::uint8_t kind = input.next();
  const std::string bytes = file_of(kind, std::string(input.rest()));
  file.write(bytes);
  rg::StateDict state;
  bool is_whole = false;
  {
    constexpr std::size_t best = 1032;  // deflate packs no better than this
    constexpr std::size_t growth = 8;   // from int8 to int64
    const fuzz::AllocationLimit limit(fuzz::allowed(bytes.size(), best * growth));
    is_whole = fuzz::succeeds([&] { state = rg::load_npz(file.path()); });
  }
  if (is_whole) {
    const std::string copy = folder / "copy.npz";
    if (fuzz::succeeds([&] { rg::save_npz(state, copy); })) {
      const rg::StateDict again = rg::load_npz(copy);
      fuzz::require(again.size() == state.size(), "another number of arrays after saving");
      for (const auto& [name, tensor] : state) {
        fuzz::require(again.at(name).shape() == tensor.shape(), "another shape after saving");
      }
    }
  }
  return 0;
}
