#include <retrograd/explain/detail/matrix.h>

namespace retrograd::detail {

Matrix identity(std::size_t size) {
  Matrix result(size, size);
  for (std::size_t i = 0; i < size; ++i) {
    result(i, i) = 1;
  }
  return result;
}

Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix result(a.rows, b.columns);
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t k = 0; k < a.columns; ++k) {
      // A factor of 0 takes part: 0 times infinity must show as NaN.
      for (std::size_t j = 0; j < b.columns; ++j) {
        result(i, j) += a(i, k) * b(k, j);
      }
    }
  }
  return result;
}

void add_to(Matrix& a, const Matrix& b) {
  if (a.empty()) {
    a = b;
    return;
  }
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    a.values[i] += b.values[i];
  }
}

}  // namespace retrograd::detail
