// An IDX file, plain or gzipped: read_idx().
#include <algorithm>
#include <string>

#include <retrograd/data/idx.h>

#include "fuzz.h"

namespace rg = retrograd;

namespace {

// How much larger a value is in memory. Shorter integers become int64.
std::size_t growth(std::uint8_t type) {
  return type == 0x09 ? 8 : type == 0x0b ? 4 : 2;
}

// The size of the file that the header declares, or what there is if that is less.
std::size_t declared_bytes(const fuzz::Unpacked& file) {
  const std::string& bytes = file.beginning;
  const auto at = [&](std::size_t i) { return std::size_t{static_cast<std::uint8_t>(bytes[i])}; };
  const std::size_t rank = bytes.size() < 4 ? 0 : at(3);
  const std::size_t header = 4 + 4 * rank;
  if (bytes.size() < header) {
    return bytes.size();
  }
  const std::size_t most = file.size - header;
  std::size_t values = at(2) == 0x0e ? 8 : at(2) == 0x0b ? 2 : at(2) >= 0x0c ? 4 : 1;
  for (std::size_t d = 4; d < header; d += 4) {
    const std::size_t length = at(d) << 24U | at(d + 1) << 16U | at(d + 2) << 8U | at(d + 3);
    values = std::min(values * length, most);
  }
  return header + values;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  file.write(fuzz::text_of(data, size));
  const fuzz::Unpacked bytes = fuzz::unpacked(fuzz::text_of(data, size));
  const std::size_t factor =
      bytes.size < 3 ? 2 : growth(static_cast<std::uint8_t>(bytes.beginning[2]));
  const fuzz::AllocationLimit limit(fuzz::allowed(declared_bytes(bytes), factor));
  fuzz::succeeds([&] { rg::read_idx(file.path()); });
  return 0;
}
