// The chain rule of a recorded program, written out: every local Jacobian on the way from an input
// to an output, their product, and the gradient that the tape gives.
//
//   const Explanation e = explain(loss, W1, {.names = {{"x", x}, {"Z1", Z1}, {"A1", A1}}});
//   std::cout << e.text();     // dloss/dW1 = 3x5 . 5x5 . 5x1 and the three matrices
//
// Matrices stand as on the lecture's slides: a row for each element of the input, a column for each
// element of the output, so the chain reads from left to right.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

struct ExplainOptions {
  // Tensors under the names that the text shall use. One that lies on the way from the input to the
  // output becomes a station: the operators between two stations are taken together. The elements of
  // all others are recognised in the matrices: x1 for element 1 of x.
  std::vector<std::pair<std::string, Tensor>> names = {};
  std::string input_name = "w";
  std::string output_name = "loss";
  // Matrices of more elements are not made; their steps have a shape alone.
  std::int64_t most_elements = 4096;
};

enum class JacobianStructure : std::uint8_t {
  zero,
  identity,
  diagonal,
  selection,  // zeros and ones, at most a single one in each column: outputs are picked inputs
  hankel,     // each row is the one above shifted to the left: a matrix of shifted inputs
  toeplitz,   // each row is the one above shifted to the right: a convolution
  dense,
  not_computed,
};
RETROGRAD_API const char* name(JacobianStructure structure) noexcept;

// d(to) / d(from), where no other station lies between.
struct JacobianStep {
  std::string from;
  std::string to;
  std::string operators;  // those in between, oldest first: "conv1d, reshape"
  Where where{"", 0};     // the line of the last of them
  Shape from_shape;
  Shape to_shape;
  Tensor matrix;                     // float64 (elements of from, elements of to), or undefined
  std::vector<std::string> entries;  // the same as text, row-major: numbers and names
  JacobianStructure structure = JacobianStructure::not_computed;
};

struct RETROGRAD_API Explanation {
  std::vector<JacobianStep> steps;              // oldest first
  std::vector<std::vector<std::size_t>> paths;  // which steps each path from input to output takes
  Shape input_shape;
  Tensor product;         // sum over paths of the product of their matrices; undefined if too large
  Tensor gradient;        // what the tape gives: float64, (elements of the input, 1)
  double difference = 0;  // the largest between the two
  std::string derivative;  // "dloss/dw"

  // "3x1 = 3x5 . 5x5 . 5x1", a sum for several paths.
  std::string shapes() const;
  std::string text() const;   // for a terminal
  std::string latex() const;  // a document that compiles with amsmath
  std::string html() const;   // one page that needs nothing else
};

// How the gradient of `output`, of one element, by `input` comes about. The tape must not be freed:
// explain before backward(), or after backward({.retain_graph = true}). While it runs, the values of
// the tensors in `names` are replaced by others and put back, to tell their elements apart. Throws
// ShapeError for an output of several elements, GraphError where there is no way from the input.
RETROGRAD_API Explanation explain(const Tensor& output, const Tensor& input,
                                  const ExplainOptions& options = {}, Where where = {});

// The graph behind `output` for Graphviz: operators with shapes and lines, gradients where leaves
// have them.
RETROGRAD_API std::string to_dot(const Tensor& output);

}  // namespace retrograd
