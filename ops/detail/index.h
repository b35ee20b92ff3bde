// Checks of indices. Internal.
#pragma once

#include <cstdint>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::check {

// Throws IndexError for a value of `index` outside [0, size), or [-size, size) with `negative`.
// `dim` is the dimension of x that is indexed.
void indices(const Frame& call, const Tensor& x, const Tensor& index, std::int64_t dim,
             std::int64_t size, bool negative);

// The same for the whole length of a dimension, 1 for a scalar.
void indices(const Frame& call, const Tensor& x, const Tensor& index, std::size_t dim);

// Throws DTypeError for a floating value that is to go into integers.
void not_fraction(const Frame& call, const Tensor& x, Scalar value);
// The same, and a ValueError for one that the dtype of x does not hold.
void value(const Frame& call, const Tensor& x, Scalar value);

}  // namespace retrograd::check
