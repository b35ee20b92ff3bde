// The bytes of a file, unpacked when it is gzipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <retrograd/io/internal/file.h>

namespace retrograd::detail {

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
std::unique_ptr<ByteSource> open_bytes(const FileCall& call);

// Reads what is left of a source, but no more than `most` bytes. The buffer grows with what is
// there: an unpacked size is not known beforehand, and a header may declare anything. Throws
// IoError.
std::vector<unsigned char> read_at_most(ByteSource& source, std::size_t most);

// Whether a folder has an entry of this name, be it one that cannot be opened: a link that leads
// nowhere is an error for its reader to report, not a file that is missing.
bool is_there(const std::string& path);

}  // namespace retrograd::detail
