// Running sums and products along a dimension.
#pragma once

#include <cstddef>

#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// y[i] = a[i] y[i-1] + b[i] along dim, with y[-1] = first; in reverse y[i] = a[i] y[i+1] + b[i].
// a and b have one shape and dtype. Floating numbers are computed in double.
Tensor linear_scan(const Tensor& a, const Tensor& b, std::size_t dim, bool reverse, double first);
// The same with a number for one of the two.
Tensor running_sum(const Tensor& x, std::size_t dim, bool reverse);      // a = 1
Tensor running_product(const Tensor& x, std::size_t dim, bool reverse);  // b = 0

}  // namespace retrograd::kernels
