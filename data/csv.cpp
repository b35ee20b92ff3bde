#include <retrograd/data/csv.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include <retrograd/data/detail/csv_reader.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

using std::int64_t;

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == text.npos ? std::string_view()
                            : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Whether all of the text is a T.
template <class T>
bool parse(std::string_view text, T& value) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') {
    text.remove_prefix(1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool fits_float32(double value) {
  return !std::isfinite(value) || std::abs(value) <= std::numeric_limits<float>::max();
}

class Table {
 public:
  Table(const detail::FileCall& call, const CsvOptions& options) : call_(call), options_(options) {}

  void read(detail::CsvReader& reader) {
    std::vector<std::string> fields;
    bool has_columns = false;
    while (reader.next(fields)) {
      if (!has_columns) {
        has_columns = true;
        set_columns(fields);
        if (options_.header) {
          continue;
        }
      }
      if (fields.size() != columns_.size()) {
        call_.fail("line {}: {} fields instead of {} [file-malformed]", reader.line(),
                   fields.size(), columns_.size());
      }
      add_row(fields, reader.line());
    }
    if (!has_columns) {
      call_.fail("it has no line [file-malformed]");
    }
  }

  CsvDataset result() {
    if (options_.labels) {
      columns_.erase(columns_.begin() + static_cast<std::ptrdiff_t>(label_));
    }
    const auto width = static_cast<int64_t>(columns_.size());
    Tensor values = empty_tensor({rows_, width}, float32);
    std::copy(values_.begin(), values_.end(), values.raw<float>());
    const Tensor labels = options_.labels ? label_tensor() : Tensor();
    return {values, labels, std::move(columns_), std::move(classes_)};
  }

 private:
  void set_columns(const std::vector<std::string>& fields) {
    columns_ = options_.header ? fields : std::vector<std::string>(fields.size());
    label_ = columns_.size() - 1;
    if (options_.label.empty()) {
      return;
    }
    const auto found = std::find(columns_.begin(), columns_.end(), options_.label);
    check::require<ValueError>(call_, found != columns_.end(), {},
                               "{} has no column '{}' [name-unknown]", call_.path, options_.label);
    label_ = static_cast<std::size_t>(found - columns_.begin());
  }

  void add_row(std::vector<std::string>& fields, std::uint64_t line) {
    for (std::size_t c = 0; c < fields.size(); ++c) {
      if (options_.labels && c == label_) {
        labels_.push_back({std::move(fields[c]), line});
        continue;
      }
      const std::string_view text = trimmed(fields[c]);
      double value = options_.missing.value_or(0);
      if (text.empty() && !options_.missing) {
        call_.fail("line {}: field {} is empty [file-malformed]", line, c + 1);
      }
      if (!text.empty() && !parse(text, value)) {
        call_.fail("line {}: field {} is no number: '{}' [file-malformed]", line, c + 1,
                   detail::printable(text));
      }
      if (!fits_float32(value)) {
        call_.fail("line {}: field {} is too large for float32: {} [dtype-overflow]", line, c + 1,
                   value);
      }
      values_.push_back(static_cast<float>(value));
    }
    ++rows_;
  }

  // Whether all labels are Ts, which `to` then holds.
  template <class T, class Stored>
  bool parse_labels(Stored* to) const {
    for (const Label& label : labels_) {
      T value{};
      if (!parse(trimmed(label.text), value)) {
        return false;
      }
      *to++ = static_cast<Stored>(value);
    }
    return true;
  }

  Tensor label_tensor() {
    for (const Label& label : labels_) {
      if (options_.classes.empty() && trimmed(label.text).empty()) {
        call_.fail("line {}: the label is empty [file-malformed]", label.line);
      }
    }
    Tensor integers = empty_tensor({rows_}, int64);
    if (options_.classes.empty()) {
      if (parse_labels<int64_t>(integers.raw<int64_t>())) {
        return integers;
      }
      if (const Tensor numbers = empty_tensor({rows_}, float32);
          parse_labels<double>(numbers.raw<float>())) {
        return numbers;
      }
    }
    std::map<std::string_view, int64_t> number_of;
    if (options_.classes.empty()) {
      for (const Label& label : labels_) {
        number_of.emplace(label.text, 0);
      }
      for (auto& [name, number] : number_of) {
        number = static_cast<int64_t>(classes_.size());
        classes_.emplace_back(name);
      }
    } else {
      classes_ = options_.classes;
      int64_t number = 0;
      for (const std::string& name : classes_) {
        number_of.emplace(name, number++);
      }
    }
    auto* to = integers.raw<int64_t>();
    for (const auto& [text, line] : labels_) {
      const auto found = number_of.find(text);
      if (found == number_of.end()) {
        call_.fail("line {}: '{}' is none of the {} classes [file-malformed]", line,
                   detail::printable(text), classes_.size());
      }
      *to++ = found->second;
    }
    return integers;
  }

  struct Label {
    std::string text;
    std::uint64_t line;
  };

  const detail::FileCall& call_;
  const CsvOptions& options_;
  std::vector<std::string> columns_;
  std::vector<std::string> classes_;
  std::size_t label_ = 0;  // column
  std::vector<float> values_;
  std::vector<Label> labels_;
  int64_t rows_ = 0;
};

}  // namespace

CsvDataset::CsvDataset(const Tensor& values, const Tensor& labels, std::vector<std::string> columns,
                       std::vector<std::string> classes)
    : TensorDataset(labels.defined() ? std::vector{values, labels} : std::vector{values}),
      columns_(std::move(columns)),
      classes_(std::move(classes)) {}

CsvDataset load_csv(const std::string& path, const CsvOptions& options, Where where) {
  const detail::FileCall call{"load_csv", path, where};
  call.check_path();
  const char separator = options.separator;
  check::require<ValueError>(call, separator != '"' && separator != '\n' && separator != '\r', {},
                             "the separator is a quote or the end of a line [value-out-of-range]");
  const auto source = detail::open_bytes(call);
  detail::CsvReader reader(call, *source, separator);
  Table table(call, options);
  table.read(reader);
  return table.result();
}

}  // namespace retrograd
