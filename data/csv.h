/// @file
/// Tables of numbers in CSV files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <retrograd/data/tensor_dataset.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Options of `load_csv()`.
struct CsvOptions {
  bool header = true;    ///< Takes the first row as the names of the columns when true.
  char separator = ',';  ///< Character between fields, which is no quote or end of a line.
  bool labels = true;    ///< Takes one column as labels when true.
  std::string label{};   ///< Name of the labels' column; by default the last column.
  /// Classes of text labels: class c has label c. By default those of the file, sorted.
  std::vector<std::string> classes{};
  std::optional<double> missing{};  ///< Value of empty fields, such as NaN; by default an error.
};

/// Table that `load_csv()` has read.
class RETROGRAD_API CsvDataset : public TensorDataset {
 public:
  /// Constructs the table of these values (N, columns), and labels (N) unless undefined.
  CsvDataset(const Tensor& values, const Tensor& labels, std::vector<std::string> columns,
             std::vector<std::string> classes);

  /// Returns the names of the columns of values, or empty texts without a header.
  const std::vector<std::string>& columns() const noexcept { return columns_; }
  /// Returns the classes of text labels, or an empty list for labels that are numbers.
  const std::vector<std::string>& classes() const noexcept { return classes_; }

 private:
  std::vector<std::string> columns_;
  std::vector<std::string> classes_;
};

/// Reads a CSV file: float32 values (N, columns), and the labels (N).
/// @code
/// CsvDataset train = load_csv("iris.csv", {.label = "species"});
/// CsvDataset test = load_csv("test.csv", {.label = "species", .classes = train.classes()});
/// @endcode
/// Labels are int64 where all are integers, float32 where all are numbers, and else the numbers of
/// their classes.
///
/// The format is that of RFC 4180. A field in double quotes may hold separators, line ends and,
/// twice each, double quotes. Lines end in LF or CRLF. Spaces around numbers and blank lines are
/// ignored. The file may be gzipped; the content decides, not the name. A number of a column that
/// is not the labels' has the form of C, such as 1.5e-3.
/// @throws IoError that names the file and the line if it is malformed or a field is no number
/// @throws ValueError if there is no column of the label's name
RETROGRAD_API CsvDataset load_csv(const std::string& path, const CsvOptions& options = {},
                                  Where where = {});

}  // namespace retrograd
