// Small dense matrices of doubles. Internal.
#pragma once

#include <cstddef>
#include <vector>

namespace retrograd::detail {

struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(std::size_t r, std::size_t c) : rows(r), columns(c), values(r * c) {}

  double& operator()(std::size_t r, std::size_t c) { return values[r * columns + c]; }
  double operator()(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
  bool empty() const { return values.empty(); }
};

Matrix identity(std::size_t size);
Matrix operator*(const Matrix& a, const Matrix& b);
// a, grown from empty, plus b.
void add_to(Matrix& a, const Matrix& b);

}  // namespace retrograd::detail
