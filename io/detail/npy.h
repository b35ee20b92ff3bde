// Arrays in NumPy's format, in files and in archives.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <retrograd/io/detail/stored.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

struct NpyHeader {
  Stored stored = Stored::float32;
  bool is_big_endian = false;
  bool is_column_major = false;  // the first dimension moves fastest
  Shape shape;
};

// The type of a code without its order of bytes, such as f4; none if there is none of that name.
std::optional<Stored> stored_of(std::string_view code) noexcept;

// The dict of a header, in Python's syntax. `what` is the array in messages. Throws IoError.
NpyHeader parse_npy_header(std::string_view text, std::string_view what, const FileCall& call);

// The array of which `read` gives the bytes, `available` in all. Throws IoError.
Tensor read_npy(const FileCall& call, std::string_view what, const ReadBytes& read,
                std::uint64_t available);

// The bytes before the values of a tensor. Throws DTypeError for bfloat16.
std::string npy_header(const Frame& call, const Tensor& tensor);

}  // namespace retrograd::detail
