// The header of a safetensors file: what it may hold, and where the checksum is in it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <retrograd/io/detail/stored.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/tensor/dims.h>

namespace retrograd::detail {

inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr std::string_view kMetadataName = "__metadata__";

struct StoredName {
  std::string_view name;
  Stored stored;
};
// The first of a dtype is the one that is written.
inline constexpr std::array<StoredName, 12> kStoredNames{{{"F64", Stored::float64},
                                                          {"I64", Stored::int64},
                                                          {"F32", Stored::float32},
                                                          {"BF16", Stored::bfloat16},
                                                          {"U8", Stored::uint8},
                                                          {"BOOL", Stored::boolean},
                                                          {"F16", Stored::float16},
                                                          {"I32", Stored::int32},
                                                          {"I16", Stored::int16},
                                                          {"I8", Stored::int8},
                                                          {"U32", Stored::uint32},
                                                          {"U16", Stored::uint16}}};

struct SafetensorsEntry {
  std::string name;
  Stored stored = Stored::float32;
  Shape shape;
  std::uint64_t begin = 0;  // in bytes from the end of the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::deque<SafetensorsEntry> entries;  // by begin
  std::map<std::string, std::string> metadata;
};

// Throws IoError for everything that is not a header of exactly `data_bytes` bytes of values:
// offsets that overlap, leave holes or end elsewhere, sizes that do not fit the shape, duplicate
// keys, and whatever else the format does not have. It begins with "{"; white space may follow it.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_bytes,
                                           const FileCall& call);

// Our own headers begin with
//   {"__metadata__":{"retrograd.crc32":"xxxxxxxx","retrograd.format":"1"
// where the digits are the CRC-32 of the file as it is with eight zeros there. Two keys, so that
// damage to the name of one does not go unnoticed.
inline constexpr std::string_view kOwnKeys = "retrograd.";
inline constexpr std::string_view kChecksumKey = "retrograd.crc32";
inline constexpr std::string_view kFormatKey = "retrograd.format";
inline constexpr std::string_view kBeforeChecksum = R"({"__metadata__":{"retrograd.crc32":")";
inline constexpr std::string_view kNoChecksum = "00000000";

// Eight lower-case hexadecimal digits.
std::string checksum_digits(std::uint32_t crc);

}  // namespace retrograd::detail
