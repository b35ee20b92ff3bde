/// @file
/// Explanations: the chain rule of a recorded program, written out.
///
/// @code
/// const Explanation e = explain(loss, W1, {.names = {{"W1", W1}, {"x", x}, {"Z1", Z1}}});
/// std::cout << e.text();  // dloss/dW1 = dZ1/dW1 . dloss/dZ1, and the matrices
/// @endcode
///
/// An explanation has every local Jacobian on the way from an input to an output, their product,
/// and the gradient of the tape. Matrices have a row for each element of the input and a column for
/// each element of the output. The chain therefore reads from left to right. Texts count elements
/// from 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
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

/// Options of `explain()`.
struct ExplainOptions {
  /// Named tensors, such as `{{"x", x}, {"Z1", Z1}}`.
  /// Named tensors on the way from the input to the output become stations: operators between two
  /// stations are taken together. Without any, each operator is a station.
  ///
  /// Matrices show elements of named tensors by name: x1 is the first element of x. Up to 65,536
  /// elements of float32 and float64 tensors are recognised, in the order of the names. Without a
  /// name, the input is `w` and the output is `loss`.
  std::vector<std::pair<std::string, Tensor>> names = {};
  /// Shown elements of a station, by its name; other rows and columns are left out.
  std::map<std::string, ElementRange> slices = {};
  /// Largest number of elements of a station that is shown without a slice.
  /// Matrices of larger stations show a shape and a structure only.
  std::int64_t most_shown = 16;
  /// Largest number of elements, zeros included, of a Jacobian that is computed.
  /// Larger ones show a shape only. A Jacobian with more columns than rows counts as square, since
  /// each column takes a backward pass over as many elements. More than 8 million elements other
  /// than zero are not computed either.
  std::int64_t most_elements = std::int64_t{1}

                               << 25;
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

/// A tensor on the way from the input to the output, both included.
struct RETROGRAD_API ExplainedStation {
  std::string name;    ///< Name, given or made.
  Shape shape;         ///< Lengths of all dimensions.
  Tensor value;        ///< Copy of the value; undefined for results of operators without a name.
  Tensor gradient;     ///< Gradient doutput/dstation of the tape, of the station's shape.
  ElementRange shown;  ///< Shown elements; empty if there are too many.
  /// Returns the number of elements.
  std::int64_t numel() const;
};

/// Jacobian d(to) / d(from) between neighbouring stations.
struct RETROGRAD_API JacobianStep {
  std::size_t from;                ///< Index of the earlier station.
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

  /// Returns whether there are entries.
  bool computed() const noexcept { return structure != JacobianStructure::not_computed; }
  /// Returns an entry, or 0 if `entries` does not have it.
  double at(std::int64_t row, std::int64_t column) const;
  /// Returns the matrix as float64 (rows, columns).
  /// @throws GraphError if it was not computed
  Tensor matrix(Where where = {}) const;
  /// Returns the text of an entry, such as `x1`, `-0.4` or `0`.
  std::string entry_text(std::int64_t row, std::int64_t column) const;
};

/// The chain rule from an input to an output.
struct RETROGRAD_API Explanation {
  /// Stations, oldest first, from the input to the output.
  std::vector<ExplainedStation> stations;
  std::vector<JacobianStep> steps;  ///< Steps, in the order of `to`, then of `from`.
  /// Steps of each path from the input to the output, for the first 64 paths.
  std::vector<std::vector<std::size_t>> paths;
  bool all_paths = true;  ///< Whether `paths` has all paths.
  /// Sum over all paths of the product of their matrices: float64 (elements of the input, 1).
  /// It is undefined if a matrix was not computed.
  Tensor product;
  /// Largest difference between `product` and `stations[0].gradient`.
  /// It is NaN if only one of them is NaN, or if `product` is undefined.
  double difference = 0;

  /// Returns the name of a step's matrix: `dZ1/dW1`.
  std::string derivative(const JacobianStep& step) const;
  /// Returns the chain rule: `dloss/dW1 = dZ1/dW1 . dloss/dZ1`; several paths are a sum.
  std::string formula() const;
  /// Returns the shapes of the matrices: `3x1 = 3x5 . 5x1`.
  std::string shapes() const;
  /// Returns the explanation for a terminal.
  std::string text() const;
  /// Returns a LaTeX document that uses only amsmath, with `?` for letters beyond ASCII.
  std::string latex() const;
  /// Returns a page that needs no other file and no script.
  std::string html() const;
  /// Returns a graph for Graphviz.
  std::string dot() const;
};

/// Returns the chain rule of the gradient of `output`, which has one element, by `input`.
/// A step takes one backward pass for each element of its `to`. Explain before `backward()` or
/// after `backward({.retain_graph = true})`, because the tape must not be freed.
///
/// The tape is unchanged afterwards. Meanwhile, no other thread may go backward through it. With
/// names, each pass runs a second time, with saved values replaced by distinct ones. That run finds
/// the positions of named elements in a matrix. Hooks run once, on the tape's gradients; the
/// matrices are computed without hooks.
/// @throws ShapeError if the output has several elements
/// @throws GraphError if a tensor has no gradient, no path leads from `input` to `output`, or the
/// tape was freed
/// @throws ValueError if a name is empty, used twice or of an undefined tensor
/// @throws ValueError if a slice is of no station or out of range
RETROGRAD_API Explanation explain(const Tensor& output, const Tensor& input,
                                  const ExplainOptions& options = {}, Where where = {});

/// Returns the operators that led to `output` as a graph for Graphviz.
/// It shows shapes, lines, and leaves with the given names.
RETROGRAD_API std::string to_dot(const Tensor& output,
                                 const std::vector<std::pair<std::string, Tensor>>& names = {});

}  // namespace retrograd
