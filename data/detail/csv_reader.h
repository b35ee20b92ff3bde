// The rows of a CSV file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/data/detail/byte_source.h>

namespace retrograd::detail {

class CsvReader {
 public:
  CsvReader(const FileCall& call, ByteSource& source, char separator)
      : call_(call), source_(source), separator_(separator) {}

  // Whether there was another row, which `fields` then holds. Throws IoError.
  bool next(std::vector<std::string>& fields);
  // The line on which the row began.
  std::uint64_t line() const noexcept { return row_line_; }

 private:
  static constexpr int kEnd = -1;

  int peek();
  int take();
  void read_quoted(std::string& field);
  // Whether a field follows it in the row.
  bool read_field(std::string& field);

  const FileCall& call_;
  ByteSource& source_;
  char separator_;
  std::vector<unsigned char> bytes_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 0;
};

}  // namespace retrograd::detail
