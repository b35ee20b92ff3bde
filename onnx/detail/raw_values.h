// Little-endian values in strings of bytes, as TensorProto stores them. Internal.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <retrograd/io/internal/file.h>
#include <retrograd/onnx/detail/proto.h>

namespace retrograd::onnx::detail {

static_assert(std::endian::native == std::endian::little, "files are read as memory");

// The bytes of a value.
template <class T>
std::string_view raw_bytes(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// Copies all values to an array that is long enough.
template <class T>
void copy_values(std::string_view raw, T* to) {
  if (!raw.empty()) {
    std::memcpy(to, raw.data(), raw.size());
  }
}

// Bytes of an element; 0 for types whose values are not read.
std::size_t item_size(DataType type) noexcept;
// The type's name in ONNX: "FLOAT".
std::string_view name(DataType type) noexcept;
// Elements of a shape. Throws IoError if a length is negative or the number overflows.
std::uint64_t element_count(const TensorProto& tensor, const retrograd::detail::FileCall& call);
// Throws IoError unless a tensor in the file has the bytes that its shape needs.
void check_sizes(const TensorProto& tensor, const retrograd::detail::FileCall& call);

}  // namespace retrograd::onnx::detail
