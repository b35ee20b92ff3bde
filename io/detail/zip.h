// Zip archives, as PyTorch and NumPy write them.
//
// A reader of our own, because .pt and .npz need little of the format: entries that are stored or
// deflated, zip64, no encryption and no parts. libzip would be one more library that every program
// has to link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <retrograd/io/internal/file.h>
#include <retrograd/io/internal/inflate.h>

namespace retrograd::detail {

struct ZipEntry {
  std::string_view name;
  std::uint64_t offset = 0;  // of its local header in the file
  std::uint64_t limit = 0;   // its values end here at the latest
  std::uint64_t packed = 0;  // bytes in the file
  std::uint64_t size = 0;    // bytes when unpacked
  std::uint32_t crc = 0;
  bool is_deflated = false;
};

// Whether a file that begins so is a zip archive.
bool begins_as_zip(std::string_view bytes) noexcept;

// The entries of an archive. Throws IoError for an archive whose entries overlap, reach outside the
// file or have one name twice.
class ZipFile {
 public:
  ZipFile(const FileCall& call, InputFile& file);

  const std::vector<ZipEntry>& entries() const noexcept { return entries_; }  // by offset
  const ZipEntry* find(std::string_view name) const;

 private:
  struct Directory {
    std::uint64_t count = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
  };
  Directory find_directory();
  void read_zip64(std::uint64_t end, Directory& directory);
  std::size_t read_entry(std::size_t at);
  void check_entries(std::uint64_t directory_offset);

  const FileCall& call_;
  InputFile& file_;
  std::string directory_;  // the names are in it
  std::vector<ZipEntry> entries_;
  std::vector<std::size_t> by_name_;
};

// The bytes of an entry, front to back. Other readers of the file may be used between its calls.
class ZipEntryReader {
 public:
  ZipEntryReader(const FileCall& call, InputFile& file, const ZipEntry& entry);
  ZipEntryReader(const ZipEntryReader&) = delete;
  ZipEntryReader& operator=(const ZipEntryReader&) = delete;

  std::uint64_t left() const noexcept { return entry_.size - done_; }
  // Reads exactly `count` bytes. Throws IoError.
  void read(void* to, std::size_t count);
  // Throws IoError if the bytes that were read are not all, or not those that were written.
  void verify();

 private:
  void read_packed(void* to, std::size_t count);
  void inflate(void* to, std::size_t count);

  const FileCall& call_;
  InputFile& file_;
  const ZipEntry& entry_;
  std::uint64_t at_ = 0;      // in the file, of what is read next
  std::uint64_t packed_ = 0;  // bytes left in the file
  std::uint64_t done_ = 0;
  std::uint32_t crc_ = 0;
  std::unique_ptr<Inflate> stream_;
  std::vector<unsigned char> input_;
};

}  // namespace retrograd::detail
