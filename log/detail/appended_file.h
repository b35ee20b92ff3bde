// Files that grow.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <retrograd/io/internal/file.h>

namespace retrograd::logging::detail {

using retrograd::detail::Descriptor;
using retrograd::detail::FileCall;

// A file whose ends are collected in memory. What could not be written stays there for later.
class AppendedFile {
 public:
  static constexpr std::size_t kMostWaiting = std::size_t{64} << 10;

  AppendedFile() = default;
  AppendedFile(Descriptor file, std::string path) noexcept
      : path_(std::move(path)), file_(std::move(file)) {}

  const std::string& path() const noexcept { return path_; }
  bool is_open() const noexcept { return file_.is_open(); }
  // Whether so much waits that it should be flushed.
  bool is_full() const noexcept { return waiting_.size() - written_ >= kMostWaiting; }

  // Writes what waits if that is too much, and returns the memory that waits, to append to. Throws
  // IoError.
  std::string& end();
  // Writes all that waits. Throws IoError.
  void flush();
  // Throws IoError if not all is written.
  void close();

 private:
  std::string path_;
  Descriptor file_;
  std::string waiting_;
  std::size_t written_ = 0;  // bytes of it that are in the file
};

// Creates the next event file of a folder: its name sorts behind the others', as TensorBoard reads
// them. Throws IoError.
AppendedFile next_event_file(const std::string& folder);

// Opens the lines of a folder's metrics, and creates the file if it is missing. Cuts off half a
// line at its end, which a killed process left, and lines from `purge_step` on, unless it is
// negative. Throws IoError.
AppendedFile metrics_file(const std::string& folder, std::int64_t purge_step);

}  // namespace retrograd::logging::detail
