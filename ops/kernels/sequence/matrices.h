// Products over all steps of a sequence.
#pragma once

#include <cstdint>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/matmul.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd::kernels::sequence {

// Rows of the memory of x as a matrix, from its element `offset` on: (1, rows, columns).
inline Tensor matrix(const Tensor& x, std::int64_t rows, std::int64_t columns,
                     std::int64_t row_stride, std::int64_t offset = 0) {
  return detail::view_within(x, {1, rows, columns}, {0, row_stride, 1}, x.impl().offset + offset);
}
// All of a contiguous x.
inline Tensor matrix(const Tensor& x, std::int64_t rows, std::int64_t columns) {
  return matrix(x, rows, columns, columns);
}
inline Tensor transposed(const Tensor& x) {
  const Shape& shape = x.shape();
  const Strides& strides = x.strides();
  return detail::view_within(x, {shape[0], shape[2], shape[1]},
                             {strides[0], strides[2], strides[1]}, x.impl().offset);
}

// a . b, in float32 for bfloat16.
inline Tensor sums_of_products(const Tensor& a, const Tensor& b) {
  return a.dtype() == bfloat16 ? matmul_wide(a, b) : matmul(a, b);
}

}  // namespace retrograd::kernels::sequence
