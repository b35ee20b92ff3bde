// The bytes of an image, of a file or in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <retrograd/io/internal/file.h>

namespace retrograd::detail {

// What calls for bytes in memory name in place of a file.
inline const std::string kMemory = "<memory>";

class Source {
 public:
  // The call's file. Throws IoError, as peek() and next() do.
  explicit Source(const FileCall& call);
  explicit Source(std::string_view bytes) noexcept : size_(bytes.size()), rest_(bytes) {}

  std::uint64_t size() const noexcept { return size_; }
  // The next `count` bytes or more, fewer at the end of the file. They are read again afterwards.
  // `count` is at most 1000.
  std::string_view peek(std::size_t count);
  // As many of the next bytes as are at hand, none at the end of the file.
  std::string_view next();
  // Reads `count` bytes, or the rest of the file, and returns how many.
  std::size_t read_some(void* to, std::size_t count);

 private:
  std::optional<InputFile> file_;
  std::uint64_t size_ = 0;
  std::vector<char> buffer_;
  std::string_view rest_;  // of the buffer, or of the bytes in memory
};

}  // namespace retrograd::detail
