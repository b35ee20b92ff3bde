// The table of operator cases. A row says how to call an operator and on what; the tests of this
// folder do the rest to every row: values, gradients, layouts, dtypes.
#pragma once

#include <cstddef>
#include <functional>
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
  std::function<rg::Tensor(const Tensors&)> function;
  bool affine = false;  // in each input, while the others are held
  double eps = 1e-6;    // of the finite differences

  std::string name() const { return op + ": " + label; }
  bool is_floating(std::size_t input) const { return !inputs[input].constant.defined(); }
};

using Table = std::vector<OpCase>;

// One for each topic; they append their rows.
void add_arithmetic_cases(Table& table);
void add_elementwise_cases(Table& table);
void add_reduce_cases(Table& table);
void add_shape_cases(Table& table);
void add_slice_cases(Table& table);
void add_index_cases(Table& table);
void add_copy_cases(Table& table);
void add_inplace_cases(Table& table);
void add_matmul_cases(Table& table);
void add_conv_cases(Table& table);
void add_pool_cases(Table& table);
void add_softmax_cases(Table& table);
void add_loss_cases(Table& table);

const Table& all_cases();

// The row's inputs: floating ones as float64, row-major. Drawn from the row's name, so that a new
// row changes no other.
Tensors values_of(const OpCase& row);

// int64 indices of a shape, spread over [0, size).
rg::Tensor indices(const rg::Shape& shape, std::int64_t size);

}  // namespace op_cases
