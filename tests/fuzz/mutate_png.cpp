// Changes a chunk of a PNG file, packed pixels before they are packed, and keeps checksums right.
#include <vector>

#include <zlib.h>

#include "fuzz.h"
#include "mutator.h"

namespace {

struct Chunk {
  std::string type;
  std::string data;
};

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    bytes += static_cast<char>(number >> (shift - 8) & 255U);
  }
  return bytes;
}

// The chunks as far as they are whole.
std::vector<Chunk> chunks_of(std::string_view rest) {
  std::vector<Chunk> chunks;
  constexpr std::size_t around = 12;  // length, type and checksum
  while (rest.size() >= around) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      length = length << 8U | static_cast<std::uint8_t>(rest[i]);
    }
    if (length > rest.size() - around) {
      break;
    }
    chunks.push_back({std::string(rest.substr(4, 4)), std::string(rest.substr(8, length))});
    rest.remove_prefix(around + length);
  }
  return chunks;
}

void mutate_packed(std::string& data) {
  std::string rows(65536, '\0');
  uLongf size = rows.size();
  if (::uncompress(reinterpret_cast<Bytef*>(rows.data()), &size,
                   reinterpret_cast<const Bytef*>(data.data()), data.size()) != Z_OK) {
    fuzz::mutate(data);
    return;
  }
  rows.resize(size);
  fuzz::mutate(rows);
  size = ::compressBound(rows.size());
  data.resize(size);
  ::compress(reinterpret_cast<Bytef*>(data.data()), &size,
             reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  data.resize(size);
}

}  // namespace

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
  constexpr std::size_t signature = 8;
  const std::string_view input = fuzz::text_of(data, size);
  std::vector<Chunk> chunks = chunks_of(input.substr(std::min(signature, size)));
  if (seed % 8 == 0 || chunks.empty()) {
    return LLVMFuzzerMutate(data, size, most);
  }
  Chunk& chosen = chunks[seed / 8 % chunks.size()];
  if (seed % 8 == 1) {
    fuzz::mutate(chosen.type, 0);
    chosen.type.resize(4);
  } else if (chosen.type == "IDAT") {
    mutate_packed(chosen.data);
  } else {
    fuzz::mutate(chosen.data);
  }
  std::string bytes(input.substr(0, signature));
  for (const Chunk& each : chunks) {
    const std::string checked = each.type + each.data;
    const auto crc = ::crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size());
    bytes += big_endian(static_cast<std::uint32_t>(each.data.size())) + checked +
             big_endian(static_cast<std::uint32_t>(crc));
  }
  return fuzz::replace(bytes, data, size, most);
}
