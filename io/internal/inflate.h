// Checksums and compressed bytes, by zlib where the build has it. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <retrograd/io/internal/file.h>
#include <retrograd/tensor/api.h>

namespace retrograd::detail {

// The checksum of zip and gzip files; `crc` is that of the bytes before these, or 0.
RETROGRAD_API std::uint32_t crc32(std::uint32_t crc, const void* bytes, std::size_t count) noexcept;

enum class Packing { deflate, gzip };

enum class Inflated {
  some,     // it read or wrote bytes
  end,      // the compressed bytes ended
  nothing,  // it needs more input, or room
  damaged,
};

// Unpacks a stream.
class RETROGRAD_API Inflate {
 public:
  // Throws IoError in a build without zlib.
  Inflate(const FileCall& call, Packing packing);
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;
  ~Inflate();

  // The input that is left; set more when it is empty.
  std::span<const unsigned char> in;

  // Unpacks up to `room` bytes, and says how many in `got`. Throws OutOfMemory.
  Inflated run(unsigned char* to, std::size_t room, std::size_t& got);
  // Begins another stream, which follows in the input.
  void reset() noexcept;
  // What is damaged.
  const char* message() const noexcept;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace retrograd::detail
