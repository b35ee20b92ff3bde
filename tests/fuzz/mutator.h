// Shared by the mutators, which keep the wrapping of an input whole: libFuzzer would hardly ever
// guess a checksum.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// libFuzzer's: changes `size` bytes in a buffer of `most`, and returns how many there are then.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
// Called by libFuzzer in place of it.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed);

namespace fuzz {

// Changes `bytes`, which may grow by `more`.
inline void mutate(std::string& bytes, std::size_t more = 64) {
  const std::size_t size = bytes.size();
  bytes.resize(size + more);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
}

// Makes `bytes` the input where they fit into `most`; otherwise changes the one there is.
inline std::size_t replace(std::string_view bytes, std::uint8_t* data, std::size_t size,
                           std::size_t most) {
  if (bytes.size() > most) {
    return LLVMFuzzerMutate(data, size, most);
  }
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

}  // namespace fuzz
