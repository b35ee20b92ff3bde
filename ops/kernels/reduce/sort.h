// Orders along a dimension, as int64 indices. NaN comes after every number.
#pragma once

#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// The first `count` of the order along dim; stable.
Tensor first_in_order(const Tensor& x, std::size_t dim, std::int64_t count, bool descending);
// The k-th smallest from 0 on, kept as length 1. With `nan_wins`, the first NaN if there is one.
Tensor kth_in_order(const Tensor& x, std::size_t dim, std::int64_t k, bool nan_wins);

}  // namespace retrograd::kernels
