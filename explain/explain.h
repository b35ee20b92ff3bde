/// @file
/// The chain rule of a recorded program, written out: every local Jacobian on the way from an input
/// to an output, their product, and the gradient that the tape gives.
///
/// @code
/// const Explanation e = explain(loss, W1, {.names = {{"W1", W1}, {"x", x}, {"Z1", Z1}}});
/// std::cout << e.text();  // dloss/dW1 = dZ1/dW1 . dloss/dZ1, and the matrices
/// @endcode
///
/// Matrices stand as on a lecture's slide: a row for each element of the input, a column for each
/// element of the output, so the chain reads from left to right. Elements are counted from 1 there.
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
  std::int64_t first = 0;  ///< The first.
  std::int64_t last = 0;   ///< Behind the last.

  /// How many there are; of a tensor, the length of one dimension.
  std::int64_t size() const noexcept { return last - first; }
  /// Whether it holds this element.
  bool contains(std::int64_t element) const noexcept { return first <= element && element < last; }
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct ExplainOptions {
  /// Tensors under the names that the explanation shall use. Those on the way from the input to the
  /// output become its stations: the operators between two stations are taken together. Without
  /// any, every operator is a station. Elements of named tensors are recognised in the matrices: x1
  /// is the first element of x. Only tensors of float32 and float64 are, in the order of their
  /// names and up to 65,536 elements in all. The input and the output are "w" and "loss" where they
  /// have no name.
  std::vector<std::pair<std::string, Tensor>> names = {};
  /// Which elements of a station are shown, by its name; these rows and columns of the matrices.
  std::map<std::string, ElementRange> slices = {};
  /// Stations with more elements and no slice are not shown element by element: their matrices have
  /// a shape and a structure alone.
  std::int64_t most_shown = 16;
  /// Jacobians of more elements, zeros too, are not computed: they have a shape alone. One with
  /// more columns than rows counts as square, since each column takes a pass backward over as many.
  /// Nor are those of more than 8 million elements that are not zero.
  std::int64_t most_elements =
      std::int64_t{1}
      /// Jacobians of more elements, zeros too, are not computed: they have a shape alone. One with
      /// more columns than rows counts as square, since each column takes a pass backward over as
      /// many. Nor are those of more than 8 million elements that are not zero.
      << 25;
};

/// The most special structure that a matrix has.
enum class JacobianStructure : std::uint8_t {
  not_computed,
  zero,
  identity,
  diagonal,
  selection,       ///< Ones, at most a single one in each column: outputs are picked inputs.
  toeplitz,        ///< Depends on column - row alone: a convolution by its input.
  block_toeplitz,  ///< The same in several dimensions.
  hankel,          ///< Depends on column + row alone: a matrix of shifted inputs.
  block_hankel,
  sparse,  ///< At least half are zeros.
  dense,
};
/// The name.
RETROGRAD_API const char* name(JacobianStructure structure) noexcept;

/// An element that was recognised: factor * tensor[index], where the factor is 1, -1, 2 or -2.
struct NamedElement {
  std::string tensor;  ///< The tensor, or null.
  Dims index;          ///< From 1, dimensions of length 1 left out.
  int factor = 1;      ///< Stands before the element.
};

/// An element of a matrix, counted from 0.
struct JacobianEntry {
  std::int64_t row;     ///< Element of the input.
  std::int64_t column;  ///< Element of the output.
  double value;         ///< The function's value.
};

/// A tensor between the input and the output, both of them included.
struct RETROGRAD_API ExplainedStation {
  std::string name;    ///< The name.
  Shape shape;         ///< Lengths of all dimensions.
  Tensor value;        ///< A copy; undefined for operators' results that have no name.
  Tensor gradient;     ///< doutput/dstation as the tape gives it, of the station's shape.
  ElementRange shown;  ///< Empty when too many.
  /// The number of elements.
  std::int64_t numel() const;
};

/// d(to) / d(from), where no other station lies between.
struct RETROGRAD_API JacobianStep {
  std::size_t from;                ///< Which station.
  std::size_t to;                  ///< Which station, later.
  std::string operators;           ///< Those between, oldest first: "reshape, conv1d".
  Where where = Where::at("", 0);  ///< The line of the last of them.
  std::int64_t rows;               ///< Elements of from.
  std::int64_t columns;            ///< Elements of to.
  JacobianStructure structure = JacobianStructure::not_computed;  ///< What kind of matrix it is.
  /// All that are not zero, by column and row. Where a local derivative is infinite, others of its
  /// row may be NaN: 0 * inf.
  std::vector<JacobianEntry> entries;
  std::map<std::int64_t, NamedElement> names;  ///< By row * columns + column.

  /// Whether there are entries.
  bool computed() const noexcept { return structure != JacobianStructure::not_computed; }
  /// 0 where no entry is.
  double at(std::int64_t row, std::int64_t column) const;
  /// float64 (rows, columns). Throws GraphError if it was not computed.
  Tensor matrix(Where where = {}) const;
  /// "x1", "-0.4", "0"
  std::string entry_text(std::int64_t row, std::int64_t column) const;
};

/// The chain rule from an input to an output.
struct RETROGRAD_API Explanation {
  std::vector<ExplainedStation> stations;  ///< Oldest first: the input, ..., the output.
  std::vector<JacobianStep> steps;         ///< By the age of `to`, then of `from`.
  /// Which steps each path from the input to the output takes; the first 64 paths.
  std::vector<std::vector<std::size_t>> paths;
  bool all_paths = true;  ///< Whether `paths` has them all.
  /// The sum over all paths of the product of their matrices: float64 (elements of the input, 1).
  /// Undefined where a matrix was not computed.
  Tensor product;
  /// The largest difference between `product` and stations[0].gradient; NaN if one of them alone
  /// is, or if `product` is undefined.
  double difference = 0;

  /// "dZ1/dW1"
  std::string derivative(const JacobianStep& step) const;
  /// "dloss/dW1 = dZ1/dW1 . dloss/dZ1", a sum for several paths
  std::string formula() const;
  /// "3x1 = 3x5 . 5x1"
  std::string shapes() const;
  /// For a terminal.
  std::string text() const;
  /// A document that needs amsmath alone; "?" for letters beyond ASCII.
  std::string latex() const;
  /// A page that needs nothing else, no scripts either.
  std::string html() const;
  /// For Graphviz.
  std::string dot() const;
};

/// How the gradient of `output`, of one element, by `input` comes about. One pass backward through
/// a step for each element of its `to`. The tape must not be freed: explain before backward(), or
/// after backward({.retain_graph = true}). Nothing is changed, but no other thread may go backward
/// through the same tape meanwhile: with names, each pass runs a second time with saved values
/// replaced by distinct ones, which shows where an element of a named tensor stands in a matrix.
/// Hooks of gradients run once, on the tape's gradients; the matrices are without them.
/// Throws ShapeError for an output of several elements; GraphError where a tensor has no gradient,
/// no path leads from the input to the output, or the tape was freed; ValueError for an undefined
/// tensor among the names, an empty name or one of two tensors, and for a slice of no station or
/// out of its range.
RETROGRAD_API Explanation explain(const Tensor& output, const Tensor& input,
                                  const ExplainOptions& options = {}, Where where = {});

/// All that led to `output`, for Graphviz: operators with shapes and lines, leaves with the names
/// given here.
RETROGRAD_API std::string to_dot(const Tensor& output,
                                 const std::vector<std::pair<std::string, Tensor>>& names = {});

}  // namespace retrograd
