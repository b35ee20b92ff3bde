// The matrix product beneath matmul and unfolded convolution.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>

namespace retrograd::kernels {

// A row-major matrix whose rows are `row_stride` elements apart. Transposed: memory holds its
// columns as rows.
template <class T>
struct Matrix {
  const T* data;
  std::int64_t row_stride;
  bool transposed = false;

  // The matrix without what stands before a row or a column.
  Matrix from_row(std::int64_t row) const {
    return {data + row * (transposed ? 1 : row_stride), row_stride, transposed};
  }
  Matrix from_column(std::int64_t column) const {
    return {data + column * (transposed ? row_stride : 1), row_stride, transposed};
  }
};

enum class Target : std::uint8_t { overwritten, added_to };

// c (rows, columns) = a (rows, depth) . b (depth, columns), or c + a . b. Through xtensor-blas, or
// plain loops for the small. T is float or double.
template <class T>
void gemm(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a, Matrix<T> b,
          T* c, std::int64_t c_row_stride, Target target = Target::overwritten);

extern template RETROGRAD_API void gemm(std::int64_t, std::int64_t, std::int64_t, Matrix<float>,
                                        Matrix<float>, float*, std::int64_t, Target);
extern template RETROGRAD_API void gemm(std::int64_t, std::int64_t, std::int64_t, Matrix<double>,
                                        Matrix<double>, double*, std::int64_t, Target);

}  // namespace retrograd::kernels
