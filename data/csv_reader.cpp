#include <retrograd/data/detail/csv_reader.h>

namespace retrograd::detail {

int CsvReader::peek() {
  if (at_ == bytes_.size()) {
    const bool at_start = row_line_ == 0 && bytes_.empty();
    constexpr std::size_t kStep = 65536;
    bytes_.resize(kStep);
    bytes_.resize(source_.read(bytes_.data(), kStep));
    at_ = 0;
    // The mark that some programs write before UTF-8.
    if (at_start && bytes_.size() >= 3 && bytes_[0] == 0xef && bytes_[1] == 0xbb &&
        bytes_[2] == 0xbf) {
      at_ = 3;
      return peek();
    }
  }
  return at_ < bytes_.size() ? bytes_[at_] : kEnd;
}

int CsvReader::take() {
  const int byte = peek();
  if (byte != kEnd) {
    ++at_;
    line_ += byte == '\n' ? 1 : 0;
  }
  return byte;
}

void CsvReader::read_quoted(std::string& field) {
  const std::uint64_t begin = line_;
  for (;;) {
    const int byte = take();
    if (byte == kEnd) {
      call_.fail("line {}: a quoted field does not end [file-malformed]", begin);
    }
    if (byte != '"') {
      field += static_cast<char>(byte);
    } else if (peek() == '"') {
      field += static_cast<char>(take());
    } else {
      return;
    }
  }
}

bool CsvReader::read_field(std::string& field) {
  const bool quoted = peek() == '"';
  if (quoted) {
    take();
    read_quoted(field);
  }
  for (;;) {
    const int byte = take();
    if (byte == kEnd || byte == '\n') {
      return false;
    }
    if (byte == '\r' && (peek() == '\n' || peek() == kEnd)) {
      take();
      return false;
    }
    if (byte == static_cast<unsigned char>(separator_)) {
      return true;
    }
    if (quoted) {
      call_.fail("line {}: text follows a quoted field [file-malformed]", line_);
    }
    if (byte == '"') {
      call_.fail("line {}: a quote inside a field that begins without one [file-malformed]", line_);
    }
    field += static_cast<char>(byte);
  }
}

bool CsvReader::next(std::vector<std::string>& fields) {
  while (peek() != kEnd) {
    row_line_ = line_;
    fields.clear();
    do {
      fields.emplace_back();
    } while (read_field(fields.back()));
    if (fields.size() > 1 || !fields[0].empty()) {  // no blank line
      return true;
    }
  }
  return false;
}

}  // namespace retrograd::detail
