// Element types of files, and the dtypes that their values are read as.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <retrograd/tensor/dtype.h>

namespace retrograd::detail {

enum class Stored : std::uint8_t {
  float64,
  float32,
  float16,
  bfloat16,
  int64,
  int32,
  int16,
  int8,
  uint32,
  uint16,
  uint8,
  boolean
};

constexpr std::size_t item_size(Stored stored) noexcept {
  switch (stored) {
    case Stored::float64:
    case Stored::int64: return 8;
    case Stored::float32:
    case Stored::int32:
    case Stored::uint32: return 4;
    case Stored::float16:
    case Stored::bfloat16:
    case Stored::int16:
    case Stored::uint16: return 2;
    case Stored::int8:
    case Stored::uint8:
    case Stored::boolean: return 1;
  }
  return 0;
}

// The dtype that holds all values: float32 for float16, int64 for the integers that there are none
// of among the dtypes.
constexpr DType dtype_of(Stored stored) noexcept {
  switch (stored) {
    case Stored::float64: return float64;
    case Stored::float32:
    case Stored::float16: return float32;
    case Stored::bfloat16: return bfloat16;
    case Stored::int64:
    case Stored::int32:
    case Stored::int16:
    case Stored::int8:
    case Stored::uint32:
    case Stored::uint16: return int64;
    case Stored::uint8: return uint8;
    case Stored::boolean: return boolean;
  }
  return float32;
}

// Reads exactly that many bytes, or throws.
using ReadBytes = std::function<void(void*, std::size_t)>;

// Reads `count` values into memory of dtype_of(stored). Returns whether every boolean is 0 or 1.
bool read_values(const ReadBytes& read, Stored stored, bool is_big_endian, std::byte* to,
                 std::size_t count);

}  // namespace retrograd::detail
