// More reductions; as in kernels.h, reduced dimensions stay as 1 in the result.
#pragma once

#include <retrograd/ops/kernels/kernels.h>

namespace retrograd::kernels {

// The sum divided by `count` before it is rounded.
Tensor mean(const Tensor& x, const DimMask& reduced, double count, DType dtype);
// Integers give int64 and wrap around.
Tensor prod(const Tensor& x, const DimMask& reduced);
// The sum of (x - mean)^2, of `count` values each, divided by `divisor`.
Tensor variance(const Tensor& x, const DimMask& reduced, double count, double divisor);
// Its root, which may be in the dtype's range where the variance is not.
Tensor standard_deviation(const Tensor& x, const DimMask& reduced, double count, double divisor);
// (sum |x|^p)^(1/p); the largest or smallest |x| for p = inf or -inf, the number of those that are
// not 0 for p = 0.
Tensor vector_norm(const Tensor& x, double p, const DimMask& reduced);
// The largest or smallest |x|.
Tensor extreme_magnitude(const Tensor& x, const DimMask& reduced, bool largest);
// Indices of the first smallest along dim, kept as 1; int64.
Tensor argmin(const Tensor& x, std::size_t dim);

// The sum of exp(x - shift), in float32 for bfloat16; `shift` is row-major, as the result, and in
// its dtype.
Tensor sum_of_exp(const Tensor& x, const DimMask& reduced, const Tensor& shift);
// grad * exp(x - y) and grad * (x - y), of x's dtype; grad and y keep the reduced dimensions as 1.
// Of -inf, y stands for 0 in the first.
Tensor times_exp(const Tensor& grad, const Tensor& x, const Tensor& y);
Tensor times_difference(const Tensor& grad, const Tensor& x, const Tensor& y);

}  // namespace retrograd::kernels
