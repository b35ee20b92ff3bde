#include <array>
#include <cstddef>

#include <retrograd/log/detail/record.h>

namespace retrograd::logging::detail {

namespace {

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) {
      rest = rest >> 1 ^ ((rest & 1U) != 0 ? 0x82f63b78U : 0U);
    }
    table[byte] = rest;
  }
  return table;
}
constexpr std::array kTable = crc_table();

// So that the CRC of data that has CRCs in it is no other number's.
std::uint32_t masked(std::uint32_t crc) noexcept {
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

template <class T>
void append_little_endian(std::string& to, T number) {
  for (std::size_t i = 0; i < sizeof number; ++i) {
    to += static_cast<char>(number >> (8 * i) & 0xffU);
  }
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) noexcept {
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) {
    crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xffU];
  }
  return ~crc;
}

void append_record(std::string& to, std::string_view data) {
  const std::size_t start = to.size();
  to.reserve(start + data.size() + 16);  // from here on, no allocation fails
  append_little_endian(to, std::uint64_t{data.size()});
  append_little_endian(to, masked(crc32c(std::string_view(to).substr(start))));
  to += data;
  append_little_endian(to, masked(crc32c(data)));
}

}  // namespace retrograd::logging::detail
