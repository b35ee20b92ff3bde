// A safetensors file as the state of a module, an optimiser, an average or a scheduler: the last
// byte of the input says of which. A refused state changes nothing; one that is taken can be used.
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/io/safetensors.h>

#include "fuzz.h"
#include "state_targets.h"

namespace rg = retrograd;

namespace {

using Image = std::vector<std::pair<std::string, std::string>>;

// The names and the bytes of all tensors.
Image image_of(const rg::StateDict& state) {
  Image image;
  for (const auto& [name, tensor] : state) {
    const rg::Tensor row_major = tensor.detach().contiguous();
    const auto bytes = static_cast<std::size_t>(row_major.numel()) * rg::item_size(tensor.dtype());
    image.emplace_back(name, std::string(reinterpret_cast<char*>(row_major.raw_bytes()), bytes));
  }
  return image;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  static const fuzz::StateTargets targets = fuzz::state_targets();
  if (size == 0) {
    return 0;
  }
  file.write(fuzz::text_of(data, size - 1));
  rg::StateDict state;
  constexpr std::size_t growth = 8;  // from int8 to int64
  const fuzz::AllocationLimit limit(fuzz::allowed(size, growth));
  if (!fuzz::succeeds([&] { state = rg::load_safetensors(file.path()); })) {
    return 0;
  }
  const fuzz::StateTarget target = targets[data[size - 1] % targets.size()]();
  const Image before = image_of(target.state());
  if (fuzz::succeeds([&] { target.load(state); })) {
    fuzz::succeeds([&] { target.load(target.state()); });
    fuzz::succeeds(target.use);
  } else {
    fuzz::require(image_of(target.state()) == before, "a refused state changed something");
  }
  return 0;
}
