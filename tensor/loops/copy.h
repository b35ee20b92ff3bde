// Copies between any layouts and dtypes. Internal.
#pragma once

#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// target = source, converted; equal shapes, any strides.
void copy(const Tensor& target, const Tensor& source);
void fill(const Tensor& target, Scalar value);
// A fresh row-major copy.
Tensor contiguous_copy(const Tensor& x);

}  // namespace retrograd::detail
