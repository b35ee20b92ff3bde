// Running a row of the table: in a layout, in a dtype, forward and backward.
#pragma once

#include <array>
#include <string>

#include "gradient/op_cases.h"

namespace op_cases {

// How the floating inputs lie in memory when they reach the operator.
enum class Layout {
  contiguous,
  channels_last,  // a leaf with dimension 1 innermost, for two dimensions the rows
  transposed,     // a view of a leaf whose first and last dimensions are swapped
  gapped,         // a leaf that is every other element of a larger tensor, from the second on
  expanded,       // a leaf with a dimension of length 1, expanded to the input's length
  inside,         // a row-major leaf that begins and ends within a larger memory
};
inline constexpr std::array kLayouts = {Layout::contiguous, Layout::channels_last,
                                        Layout::transposed, Layout::gapped,
                                        Layout::expanded,   Layout::inside};
std::string name(Layout layout);

// One row in one layout: leaves, and the operator as a function of them.
class LaidOutCase {
 public:
  LaidOutCase(const OpCase& row, Layout layout, rg::DType dtype = rg::float64);

  const Tensors& leaves() const { return leaves_; }
  rg::Tensor operator()(const Tensors& leaves) const { return row_.function(inputs(leaves)); }
  // What the operator gets.
  Tensors inputs(const Tensors& leaves) const;

 private:
  rg::Tensor leaf_for(const rg::Tensor& values, std::size_t input) const;
  std::size_t expanded_dim(std::size_t input) const;

  const OpCase& row_;
  Layout layout_;
  Tensors leaves_;
};

// The row's inputs in this dtype; those in `wanted` require a gradient (bit i for floating input i,
// counted among the floating ones).
Tensors inputs_of(const OpCase& row, rg::DType dtype, unsigned wanted = ~0U);

// Those that require a gradient.
Tensors leaves_of(const Tensors& inputs);

struct Result {
  rg::Tensor value;
  Tensors gradients;  // by input; undefined for those without
};

// The row's value, and the gradients for an output gradient of random numbers.
Result run(const OpCase& row, rg::DType dtype, unsigned wanted = ~0U);
// The same in a layout. The gradients are those of what the operator gets: the sums that expanded
// leaves get may cancel, and only rounding errors be left.
Result run(const OpCase& row, Layout layout, rg::DType dtype);

// The number of floating inputs.
unsigned floating_inputs(const OpCase& row);

// Whether the row is small enough for third derivatives by finite differences.
bool third_order_is_checked(const OpCase& row);

// Empty when every element of `actual` differs from `expected` by at most atol + rtol * scale,
// where `scale` is the larger of the element and, if asked for, of all elements; else says which
// does not.
struct Tolerance {
  double atol = 0;
  double rtol = 0;
  bool of_largest = false;  // relative to the largest element instead of each one
};
std::string difference(const rg::Tensor& actual, const rg::Tensor& expected, Tolerance tolerance);

// 8 eps sqrt(K): how far sums of K terms in another order or precision may lie apart.
double rounding(const OpCase& row, double epsilon);

}  // namespace op_cases
