// Files as io/, data/ and the components use them: exact reads, whole-file replacement, errors that
// name the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/message.h>
#include <retrograd/tensor/internal/printable.h>
#include <retrograd/tensor/where.h>

namespace retrograd::detail {

// The operator that reads or writes a file, and the caller's line. It must not outlive the path.
struct RETROGRAD_API FileCall : Frame {
  FileCall(const char* operation, const std::string& file, Where line) noexcept;

  const std::string& path;

  // Throws IoError for a path with a NUL byte: the system would take what is before it.
  void check_path() const;
  // Throws IoError "op: 'path': text", with the values in the text.
  template <class... Values>
  [[noreturn]] void fail(check::Text<sizeof...(Values)> text, const Values&... values) const {
    fail_filled(text.view(), {check::Part(values)...});
  }
  // The same, where {} is what the system says about `error`, a value of errno.
  [[noreturn]] void fail_system(check::Text<1> text, int error) const;

 private:
  [[noreturn]] void fail_filled(std::string_view text,
                                std::initializer_list<check::Part> values) const;
};

// Owns an open file descriptor.
class RETROGRAD_API Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const noexcept { return number_; }
  bool is_open() const noexcept { return number_ >= 0; }
  // The value of errno when closing failed, else 0. Harmless when closed already.
  int close() noexcept;
  // Leaves closing to the caller.
  int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

// write(), or pwrite() with an offset. This thread holds SIGXFSZ back meanwhile, which would end
// the process: a file that grows beyond RLIMIT_FSIZE is an error like any other.
RETROGRAD_API std::ptrdiff_t write_some(int file, std::string_view bytes,
                                        std::optional<std::uint64_t> offset = {}) noexcept;

// A regular file, read from front to back unless seek() says otherwise.
class RETROGRAD_API InputFile {
 public:
  // Throws IoError for anything but a regular file that can be read.
  explicit InputFile(const FileCall& call);

  std::uint64_t size() const noexcept { return size_; }
  // Reads exactly `count` bytes. Throws IoError.
  void read(void* to, std::size_t count);
  // Reads `count` bytes, or the rest of the file, and returns how many. Throws IoError.
  std::size_t read_some(void* to, std::size_t count);
  // Goes on reading at the first byte. Throws IoError.
  void rewind() { seek(0); }
  // Goes on reading at this byte. Throws IoError.
  void seek(std::uint64_t offset);

 private:
  const FileCall& call_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

// Replaces a file as a whole or not at all: everything goes to a temporary file in the same
// directory, which commit() makes durable and renames. Without a commit the temporary file is
// removed and the old file stays as it was. A symbolic link stays, and what it leads to is
// replaced.
//
// The temporary file is locked (flock) while its writer lives. One that a killed process left
// behind is not: the next OutputFile of the same user and machine in that directory removes it.
// Where the file system has no locks, such files stay.
class RETROGRAD_API OutputFile {
 public:
  // Throws IoError, as do the others.
  explicit OutputFile(const FileCall& call);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void append(const void* from, std::size_t count);
  // Writes over bytes that are there already.
  void overwrite(std::uint64_t offset, std::string_view bytes);
  void commit();

 private:
  OutputFile(const FileCall& call, const std::string& target);

  void create_temporary();
  void remove_temporary() noexcept;
  // At the end, or over what is at `offset`.
  void write(std::string_view bytes, std::optional<std::uint64_t> offset);

  const FileCall& call_;
  std::string name_;              // of the target, within its directory
  std::string temporary_;         // likewise; empty when there is none to remove
  std::optional<unsigned> mode_;  // permissions of the file that is replaced
  Descriptor directory_;
  Descriptor file_;
};

}  // namespace retrograd::detail
