// Changes the header or the values of a safetensors file and keeps its length right.
#include "fuzz.h"
#include "mutator.h"

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
  constexpr std::size_t bytes_of_length = 8;
  std::uint64_t length = 0;
  for (std::size_t i = bytes_of_length; size >= bytes_of_length && i-- > 0;) {
    length = length << 8U | data[i];
  }
  if (seed % 8 == 0 || size < bytes_of_length || length > size - bytes_of_length) {
    return LLVMFuzzerMutate(data, size, most);
  }
  const std::string_view input = fuzz::text_of(data, size);
  std::string header(input.substr(bytes_of_length, length));
  std::string values(input.substr(bytes_of_length + length));
  fuzz::mutate(seed % 8 == 1 ? values : header);
  std::string bytes;
  for (std::size_t i = 0; i < bytes_of_length; ++i) {
    bytes += static_cast<char>(header.size() >> (8 * i) & 255U);
  }
  return fuzz::replace(bytes + header + values, data, size, most);
}
