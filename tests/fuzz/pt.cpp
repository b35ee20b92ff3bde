// A .pt file: load_pt() and load_metadata(). The first byte says what the others are: a file, or a
// pickle that is put into an archive or into a file of before PyTorch 1.6.
#include <string>

#include <retrograd/io/pt.h>
#include <retrograd/ops/ops.h>

#include "fuzz.h"
#include "unit/pt_files.h"

namespace rg = retrograd;

namespace {

std::string file_of(std::uint8_t kind, const std::string& bytes) {
  const std::string values(64, '\1');
  switch (kind % 3) {
    case 1: return test::pt(bytes, values);
    case 2: return test::old_pt(bytes, {{"0", values}});
    default: return bytes;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  fuzz::Bytes input(data, size);
  const std::uint8_t kind = input.next();
  const std::string bytes = file_of(kind, std::string(input.rest()));
  file.write(bytes);
  rg::StateDict state;
  bool has_names = false;
  bool is_whole = false;
  {
    constexpr std::size_t growth = 8;  // from int8 to int64
    const fuzz::AllocationLimit limit(fuzz::allowed(bytes.size(), growth));
    has_names = fuzz::succeeds([&] { rg::load_metadata(file.path()); });
    is_whole = fuzz::succeeds([&] { state = rg::load_pt(file.path()); });
  }
  fuzz::require(has_names || !is_whole, "load_pt() takes a file that load_metadata() refuses");
  for (const auto& [name, tensor] : state) {
    constexpr std::int64_t most = 1 << 16;  // stride 0 makes tensors larger than files
    if (tensor.numel() <= most) {
      fuzz::require(tensor.contiguous().numel() == tensor.numel(), "another number of elements");
    }
  }
  return 0;
}
