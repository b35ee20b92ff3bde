// A build without zlib: it computes checksums, and unpacks nothing.
#ifndef RETROGRAD_WITH_ZLIB
#include <retrograd/io/internal/inflate.h>

#include <array>

namespace retrograd::detail {

namespace {

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    table[i] = i;
    for (int bit = 0; bit < 8; ++bit) {
      table[i] = (table[i] >> 1U) ^ ((table[i] & 1U) != 0 ? 0xedb88320U : 0);
    }
  }
  return table;
}();

}  // namespace

std::uint32_t crc32(std::uint32_t crc, const void* bytes, std::size_t count) noexcept {
  const auto* const values = static_cast<const unsigned char*>(bytes);
  crc = ~crc;
  for (std::size_t i = 0; i < count; ++i) {
    crc = kTable[(crc ^ values[i]) & 0xffU] ^ (crc >> 8U);
  }
  return ~crc;
}

struct Inflate::Stream {};

Inflate::Inflate(const FileCall& call, Packing) {
  call.fail("it is compressed, which this build without zlib does not read [file-unsupported]");
}
Inflate::~Inflate() = default;
Inflated Inflate::run(unsigned char*, std::size_t, std::size_t&) {
  return Inflated::damaged;
}
void Inflate::reset() noexcept {}
const char* Inflate::message() const noexcept {
  return "";
}

}  // namespace retrograd::detail
#endif
