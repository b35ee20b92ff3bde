// The bytes of a file, unpacked when it is gzipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <retrograd/tensor/where.h>

namespace retrograd::detail {

// Who reads which file, for its errors. It must not outlive the path.
struct ReadCall {
  const char* op;
  const std::string& path;
  Where where;

  // Throws IoError "op: 'path': what".
  [[noreturn]] void fail(const std::string& what) const;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads `count` bytes, or what is left of them, and returns how many. Throws IoError.
  virtual std::size_t read(unsigned char* to, std::size_t count) = 0;
  // How many bytes there are in all, where that is known without reading them.
  virtual std::optional<std::uint64_t> size() const = 0;
};

// The first two bytes decide whether the file is gzipped, not its name. A gzip file may have
// several members; a damaged or truncated one, or one followed by anything else, is refused when
// read() gets there. Throws IoError when the path is not a regular file that can be read.
std::unique_ptr<ByteSource> open_bytes(const ReadCall& call);

}  // namespace retrograd::detail
