// Shared by the fuzzed programs. Each of them defines LLVMFuzzerTestOneInput, which libFuzzer calls
// with inputs that it makes up, and run_corpus.cpp with the files of corpus/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <retrograd/tensor/error.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Reads an input byte by byte; behind its end there are zeros.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : rest_(text_of(data, size)) {}

  bool is_empty() const noexcept { return rest_.empty(); }
  std::string_view rest() const noexcept { return rest_; }
  std::uint8_t next() noexcept {
    const auto byte = static_cast<std::uint8_t>(rest_.empty() ? 0 : rest_.front());
    rest_.remove_prefix(rest_.empty() ? 0 : 1);
    return byte;
  }

 private:
  std::string_view rest_;
};

// Ends the program, which counts as a finding, when `holds` is false.
void require(bool holds, const char* what);

// A file in memory, with a path to read it from.
class MemoryFile {
 public:
  MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  void write(std::string_view bytes);
  const std::string& path() const noexcept { return path_; }

 private:
  int descriptor_;
  std::string path_;
};

// A folder, in memory where the system has such a place, that is removed at the end.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  // The path of the entry with this name.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const noexcept { return path_; }
  // Adds `file` under a name.
  void link(const std::string& name, const MemoryFile& file) const;

 private:
  std::string path_;
};

// Ends the program at an allocation above `bytes`, in any thread or library, while one is alive.
class AllocationLimit {
 public:
  explicit AllocationLimit(std::size_t bytes);
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;
  ~AllocationLimit();
};

// The largest allocation that a reader may make for `bytes` bytes of a file: messages and buffers
// of constant size, and twice the bytes.
inline std::size_t allowed(std::size_t bytes, std::size_t factor = 2) {
  return factor * bytes + (std::size_t{1} << 20);
}

// A file as it is when unpacked, if it is a gzip file, as far as it can be.
struct Unpacked {
  std::string beginning;  // 64 KiB at most
  std::size_t size;       // of all; where that is more, the most that can be in the file
};
Unpacked unpacked(std::string_view file);

// Holds an error of a reader to the rule that text from a file is escaped in messages.
void check_message(std::string_view message);

// Whether `read` returns. The library's errors are a reader's answer to a malformed file; any other
// exception ends the program.
template <class F>
bool succeeds(F&& read) {
  try {
    read();
    return true;
  } catch (const retrograd::Error& error) {
    check_message(error.what());
  } catch (const retrograd::OutOfMemory& error) {
    check_message(error.what());
  }
  return false;
}

}  // namespace fuzz
