#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>

#include <retrograd/nn/detail/init.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/operand.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn::init::detail {

namespace {

// In eight sums, which compilers put side by side.
double dot(const double* a, const double* b, std::int64_t count) {
  std::array<double, 8> sums{};
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) {
      sums[k] += a[i + static_cast<std::int64_t>(k)] * b[i + static_cast<std::int64_t>(k)];
    }
  }
  for (; i < count; ++i) {
    sums[0] += a[i] * b[i];
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

// Gram-Schmidt on a few rows; what rounding leaves, the second pass takes away.
void orthonormalize(double* block, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r) {
    double* row = block + r * columns;
    for (int pass = 0; pass < 2; ++pass) {
      for (std::int64_t before = 0; before < r; ++before) {
        const double* other = block + before * columns;
        const double share = dot(row, other, columns);
        for (std::int64_t i = 0; i < columns; ++i) {
          row[i] -= share * other[i];
        }
      }
      const double length = std::sqrt(dot(row, row, columns));
      for (std::int64_t i = 0; i < columns; ++i) {
        row[i] /= length;
      }
    }
  }
}

}  // namespace

// A rational approximation and two steps of Newton's method, which double its digits each.
double inverse_erf(double y) {
  if (std::abs(y) >= 1) {
    return std::copysign(INFINITY, y);
  }
  double x = 0;
  if (std::abs(y) <= 0.7) {
    const double z = y * y;
    x = y * (((-0.140543331 * z + 0.914624893) * z - 1.645349621) * z + 0.886226899) /
        ((((0.012229801 * z - 0.329097515) * z + 1.442710462) * z - 2.118377725) * z + 1);
  } else {
    const double z = std::sqrt(-std::log((1 - std::abs(y)) / 2));
    x = std::copysign((((1.641345311 * z + 3.429567803) * z - 1.624906493) * z - 1.970840454) /
                          ((1.637067800 * z + 3.543889200) * z + 1),
                      y);
  }
  for (int step = 0; step < 2; ++step) {
    x -= (std::erf(x) - y) * std::exp(x * x) / (2 * std::numbers::inv_sqrtpi);
  }
  return x;
}

// By blocks of rows, so that nearly all of the work is matrix products.
Tensor random_orthonormal(std::int64_t rows, std::int64_t columns, Generator& generator) {
  constexpr std::int64_t kBlock = 64;
  Tensor q = randn({rows, columns}, {.dtype = float64}, generator);
  for (std::int64_t begin = 0; begin < rows; begin += kBlock) {
    const std::int64_t end = std::min(begin + kBlock, rows);
    Tensor block = slice(q, 0, begin, end);
    for (int pass = 0; pass < 2; ++pass) {
      if (begin > 0) {
        const Tensor done = slice(q, 0, 0, begin);
        block.sub_(matmul(matmul(block, transpose(done, 0, 1)), done));
      }
      orthonormalize(block.raw<double>(), end - begin, columns);
    }
  }
  return q;
}

}  // namespace retrograd::nn::init::detail
