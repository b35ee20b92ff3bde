// Kernels beside their references.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "conv_rows.h"
#include "reference_checks.h"

namespace kernel_tests {

inline const std::vector<retrograd::DType> kFloating{retrograd::float32, retrograd::float64,
                                                     retrograd::bfloat16};
inline const std::vector<retrograd::DType> kIntegers{retrograd::int64, retrograd::uint8};

// Normal numbers, rounded to the dtype.
Tensor numbers(const retrograd::Shape& shape, retrograd::DType dtype, unsigned seed,
               double scale = 1);

struct Named {
  std::string name;
  Tensor tensor;
};

std::string about(retrograd::DType dtype, const Named& named);

// The values in every layout: dense in each order of dimensions, every second position of a larger
// tensor, a part with an offset, and expanded along each dimension, which repeats the first values.
std::vector<Named> layouts(const Tensor& values);
// Tensors of all ranks, shapes and layouts: single elements, no elements, and enough elements for
// several threads. `make` gives the values for a shape.
std::vector<Named> family(const std::function<Tensor(const retrograd::Shape&)>& make);

// 2^-24 for float32 and so on: the most that rounding to the dtype changes a number, beside it.
double rounding(retrograd::DType dtype);
// The same of what kernels compute in: float32 for bfloat16.
double rounding_within(retrograd::DType dtype);

// Compares kernels with references and counts.
class Comparisons {
 public:
  // Equal shapes, dtypes and values, NaN beside NaN.
  void exact(const Tensor& kernel, const Tensor& reference);
  // Differences of at most `steps` roundings of `scale` while computing, and both results' own
  // rounding. In float64 the reference, too, is rounded while computing.
  void within(const Tensor& kernel, const Tensor& reference, double steps, const Tensor& scale);
  // The scale of an error in the last digits of the result.
  void within(const Tensor& kernel, const Tensor& reference, double steps) {
    within(kernel, reference, steps, reference);
  }

  // f() by kernels and by references.
  template <class F>
  void exact_of(F&& f) {
    exact(f(), by_reference(1, f));
  }
  template <class F>
  void within_of(F&& f, double steps) {
    within(f(), by_reference(1, f), steps);
  }

  std::string summary() const;

 private:
  long long exact_ = 0;
  long long rounded_ = 0;
};

}  // namespace kernel_tests
