// The table of operator cases. A row says how to call an operator and on what; the tests of this
// folder do the rest to every row: values, gradients, layouts, dtypes.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/tensor.h>

namespace op_cases {

namespace rg = retrograd;
using Tensors = std::vector<rg::Tensor>;

// Where an input's random values lie. All are short binary fractions, exact in every floating
// dtype.
enum class Values {
  any,             // [-2, 2]
  away_from_zero,  // [-2, -0.5] and [0.5, 2]
  positive,        // [0.5, 2]
  fraction,        // [0.1, 0.9]
  distinct,        // odd sixteenths, each once in a row of the table
};

// A floating tensor to draw, or a constant such as indices.
struct Input {
  Input(const rg::Shape& of_shape, Values in = Values::any)  // NOLINT: {{2, 3}, {3}}
      : shape(of_shape), values(in) {}
  Input(std::initializer_list<std::int64_t> of_shape) : shape(of_shape) {}
  Input(const rg::Tensor& given) : shape(given.shape()), constant(given) {}  // NOLINT

  rg::Shape shape;
  Values values = Values::any;
  rg::Tensor constant = {};
};

struct OpCase {
  std::string op;     // the public function
  std::string label;  // what is particular about this row
  std::vector<Input> inputs;
  std::string torch = {};  // the same in PyTorch: an expression of a, b, c ..., the inputs
  std::function<rg::Tensor(const Tensors&)> function = {};
  bool affine = false;  // in each input, while the others are held
  double eps = 1e-6;    // of the finite differences

  std::string name() const { return op + ": " + label; }
  bool is_floating(std::size_t input) const { return !inputs[input].constant.defined(); }
};

using Table = std::vector<OpCase>;
using Names = std::set<std::string>;

// What a file of rows brings. It registers itself with `const Registered registered({...});`.
struct Topic {
  void (*add)(Table& table);                       // appends the rows
  std::map<std::string, std::size_t> floors = {};  // operator: the fewest rows it may have
  Names internal = {};          // what only a backward pass or a write in place puts on the tape
  Names without_gradient = {};  // declared operators whose results are not floating
};

struct Registered {
  explicit Registered(Topic topic);
};

const std::vector<Topic>& all_topics();
const Table& all_cases();

// The row's inputs: floating ones as float64, row-major. Drawn from the row's name, so that a new
// row changes no other.
Tensors values_of(const OpCase& row);

std::int64_t numel(const rg::Shape& shape);

// int64 indices of a shape, spread over [0, size).
rg::Tensor indices(const rg::Shape& shape, std::int64_t size);

}  // namespace op_cases
