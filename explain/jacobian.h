/// @file
/// Jacobians of explanations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Elements [first, last) of a tensor, in row-major order from 0.
struct ElementRange {
  std::int64_t first = 0;  ///< First element.
  std::int64_t last = 0;   ///< Element behind the last.

  /// Returns the number of elements.
  std::int64_t size() const noexcept { return last - first; }
  /// Returns whether the range contains `element`.
  bool contains(std::int64_t element) const noexcept { return first <= element && element < last; }
};

/// Structures of a matrix; the most special one is given.
enum class JacobianStructure : std::uint8_t {
  not_computed,    ///< No entries.
  zero,            ///< Zeros.
  identity,        ///< Ones on the diagonal.
  diagonal,        ///< Zeros off the diagonal.
  selection,       ///< Ones, at most one in each column: outputs are selected inputs.
  toeplitz,        ///< Function of column - row: a convolution by its input.
  block_toeplitz,  ///< Toeplitz structure in several dimensions.
  hankel,          ///< Function of column + row: a matrix of shifted inputs.
  block_hankel,    ///< Hankel structure in several dimensions.
  sparse,          ///< Zeros in at least half of the entries.
  dense,           ///< More entries than in a sparse matrix.
};
/// Returns the name of a structure.
RETROGRAD_API const char* name(JacobianStructure structure) noexcept;

/// A recognised element: `factor * tensor[index]`.
struct NamedElement {
  std::string tensor;  ///< Name of the tensor.
  Dims index;          ///< Index from 1, without dimensions of length 1.
  int factor = 1;      ///< Factor of the element: 1, -1, 2 or -2.
};

/// Entry of a matrix, counted from 0.
struct JacobianEntry {
  std::int64_t row;     ///< Element of the input.
  std::int64_t column;  ///< Element of the output.
  double value;         ///< Derivative of the output by the input.
};

/// A part of a formula.
struct FormulaPart {
  std::string text;        ///< Name of a tensor, or an operator, a number or words.
  std::string index = {};  ///< Index of an element from 1: `2,3`.
  bool is_tensor = false;  ///< Whether `text` is the name of a tensor.
};

/// Derivation of an entry of a Jacobian.
struct RETROGRAD_API CellReason {
  std::string words;  ///< Sentences, such as: Z2 is a sum, and W3 has the factor x3 in it.
  /// Formula of an element of the output, such as `Z2 = W1 x1 + W2 x2`. Empty if none was found.
  std::vector<FormulaPart> formula;
  /// The entry: `dZ2/dW3 = x3`.
  std::vector<FormulaPart> derivative;
  /// Whether the engine knows more than the number.
  bool is_derived = false;

  /// Returns words and formulas for a terminal.
  std::string text() const;
};

/// Returns a formula for a terminal.
RETROGRAD_API std::string formula_text(const std::vector<FormulaPart>& parts);
/// Returns a formula for LaTeX, without dollar signs.
RETROGRAD_API std::string formula_latex(const std::vector<FormulaPart>& parts);

/// Blocks of a matrix, a number for each.
struct DownsampledMatrix {
  std::int64_t rows = 0;           ///< Number of rows of blocks.
  std::int64_t columns = 0;        ///< Number of columns of blocks.
  std::int64_t block_rows = 1;     ///< Rows of a block; the last block may have fewer.
  std::int64_t block_columns = 1;  ///< Columns of a block; the last block may have fewer.
  /// Entry of the largest magnitude of each block, row by row; NaN counts as largest.
  std::vector<double> values;
};

/// Jacobian d(to) / d(from) between neighbouring stations.
struct RETROGRAD_API JacobianStep {
  std::size_t from;                ///< Index of the earlier station, or of an input.
  std::size_t to;                  ///< Index of the later station.
  std::string operators;           ///< Operators between them, oldest first: `reshape, conv1d`.
  Where where = Where::at("", 0);  ///< Line of the last operator.
  std::int64_t rows;               ///< Number of elements of `from`.
  std::int64_t columns;            ///< Number of elements of `to`.
  JacobianStructure structure = JacobianStructure::not_computed;  ///< Structure of the matrix.
  /// Entries other than zero, by column and row.
  /// If a local derivative is infinite, other entries of its row may be NaN: 0 * inf.
  std::vector<JacobianEntry> entries;
  /// Recognised elements, by `row * columns + column`.
  std::map<std::int64_t, NamedElement> names;

  /// Whether `to` is a sum of multiples of `from`'s elements and of a constant: no entry depends on
  /// `from`.
  bool is_linear = false;
  bool from_input = false;  ///< Whether `from` is an index of `Explanation::inputs`.
  /// Columns that `entries` has: all, or of a matrix that is too large a few.
  ElementRange computed_columns = {};

  /// Returns whether all entries were computed.
  bool computed() const noexcept { return structure != JacobianStructure::not_computed; }
  /// Returns the matrix in at most `most_rows` x `most_columns` blocks.
  /// @throws GraphError if it was not computed
  DownsampledMatrix downsampled(std::int64_t most_rows, std::int64_t most_columns,
                                Where where = {}) const;
  /// Returns an entry, or 0 if `entries` does not have it.
  double at(std::int64_t row, std::int64_t column) const;
  /// Returns the matrix as float64 (rows, columns).
  /// @throws GraphError if it was not computed
  Tensor matrix(Where where = {}) const;
  /// Returns the text of an entry, such as `x1`, `-0.4` or `0`.
  std::string entry_text(std::int64_t row, std::int64_t column) const;
};

}  // namespace retrograd
