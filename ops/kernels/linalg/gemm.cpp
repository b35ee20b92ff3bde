#include <retrograd/ops/kernels/linalg/gemm.h>

#include <algorithm>
#include <limits>

#include <retrograd/ops/kernels/linalg/gemm_packed.h>
#ifdef RETROGRAD_WITH_BLAS
#include <retrograd/ops/kernels/loops/xt.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/internal/openmp.h>
#include <retrograd/tensor/loops/pieces.h>
#include <retrograd/tensor/threads.h>
#include <xtensor-blas/xblas.hpp>
#endif

namespace retrograd::kernels {

namespace {

// Up to this many multiplications, loops take less time than a call into BLAS.
constexpr std::int64_t kSmall = 256;

template <class T>
void multiply_loops(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a,
                    Matrix<T> b, T* c, std::int64_t c_row_stride) {
  const std::int64_t a_row = a.transposed ? 1 : a.row_stride;
  const std::int64_t a_column = a.transposed ? a.row_stride : 1;
  for (std::int64_t i = 0; i < rows; ++i) {
    const T* const a_i = a.data + i * a_row;
    T* const c_i = c + i * c_row_stride;
    if (b.transposed) {
      for (std::int64_t j = 0; j < columns; ++j) {
        const T* const b_j = b.data + j * b.row_stride;
        T sum = 0;
        for (std::int64_t k = 0; k < depth; ++k) {
          sum += a_i[k * a_column] * b_j[k];
        }
        c_i[j] += sum;
      }
      continue;
    }
    for (std::int64_t k = 0; k < depth; ++k) {
      const T a_ik = a_i[k * a_column];
      const T* const b_k = b.data + k * b.row_stride;
      for (std::int64_t j = 0; j < columns; ++j) {
        c_i[j] += a_ik * b_k[j];
      }
    }
  }
}

#ifdef RETROGRAD_WITH_BLAS
bool fits_blas(std::int64_t a, std::int64_t b, std::int64_t c) {
  return std::max({a, b, c}) <= std::numeric_limits<xt::blas_index_t>::max();
}

template <class T>
void multiply_blas(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a,
                   Matrix<T> b, T* c, std::int64_t c_row_stride, T keep) {
  const XtMatrix<const T> left(a.data, a.transposed ? depth : rows, a.transposed ? rows : depth,
                               a.row_stride);
  const XtMatrix<const T> right(b.data, b.transposed ? columns : depth,
                                b.transposed ? depth : columns, b.row_stride);
  XtMatrix<T> product(c, rows, columns, c_row_stride);
  xt::blas::gemm(left, right, product, a.transposed, b.transposed, T{1}, keep);
}

// How many rows and columns of the product a piece has: a function of the sizes alone.
struct Block {
  std::int64_t rows;
  std::int64_t columns;
};

// Pieces of 1 to 256 million multiplications (20 us to 4 ms), 8 where that leaves a choice: the
// longer side is halved until there are enough. Smaller ones would cost speed, because BLAS copies
// the rows and columns that a piece multiplies.
Block block_of(std::int64_t rows, std::int64_t columns, std::int64_t depth) {
  constexpr double kLeastWork = 1 << 20;
  constexpr double kMostWork = 1 << 28;
  constexpr std::int64_t kStep = 48;  // three of the widest vectors
  const double work =
      static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(depth);
  const auto least = static_cast<double>(detail::worth(static_cast<std::int64_t>(kLeastWork)));
  const double each = std::clamp(work / 8, least, kMostWork);
  Block block{rows, columns};
  double left = work;
  while (left >= 2 * each && std::max(block.rows, block.columns) >= 2 * kStep) {
    std::int64_t& longer = block.rows > block.columns ? block.rows : block.columns;
    longer = detail::rounded_up((longer + 1) / 2, kStep);
    left /= 2;
  }
  return block;
}

// By pieces of the product, each of which BLAS computes in one thread.
template <class T>
void multiply_pieces(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a,
                     Matrix<T> b, T* c, std::int64_t c_row_stride, T keep) {
  detail::kernel_uses("BLAS");
  const detail::OneOpenMpThread one;
  const Block block = block_of(rows, columns, depth);
  const std::int64_t across = detail::divided_up(columns, block.columns);
  const std::int64_t pieces = detail::divided_up(rows, block.rows) * across;
  detail::for_each_piece_of(pieces, detail::lanes_for(pieces), [&](std::int64_t piece, int) {
    const std::int64_t row = piece / across * block.rows;
    const std::int64_t column = piece % across * block.columns;
    multiply_blas(std::min(block.rows, rows - row), std::min(block.columns, columns - column),
                  depth, a.from_row(row), b.from_column(column), c + row * c_row_stride + column,
                  c_row_stride, keep);
  });
}

// Whether our own loops compute a product. BLAS is faster where there are few rows or columns, and
// for a row-major b of few elements, but an OpenBLAS with threads of its own may add in another
// order for another number of them.
bool suits_packed(std::int64_t rows, std::int64_t columns, std::int64_t depth, bool b_transposed) {
  constexpr double kFewMultiplications = 1 << 20;
  if (is_deterministic()) {
    return true;
  }
  if (!has_packed_gemm() || columns < 8 || rows * columns <= 1024 || (rows < 8 && columns < 512)) {
    return false;
  }
  return b_transposed ||
         static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(depth) >
             kFewMultiplications;
}
#endif

}  // namespace

template <class T>
void gemm(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a, Matrix<T> b,
          T* c, std::int64_t c_row_stride, Target target) {
  const bool small = rows * columns <= kSmall && rows * columns * depth <= kSmall;
#ifdef RETROGRAD_WITH_BLAS
  const bool packed = suits_packed(rows, columns, depth, b.transposed);
#else
  constexpr bool packed = true;
#endif
  if (!small && depth > 0 && packed) {
    gemm_packed(rows, columns, depth, a, b, c, c_row_stride, target);
    return;
  }
#ifdef RETROGRAD_WITH_BLAS
  if (!small && depth > 0 && fits_blas(rows, columns, depth) &&
      fits_blas(a.row_stride, b.row_stride, c_row_stride)) {
    multiply_pieces(rows, columns, depth, a, b, c, c_row_stride,
                    target == Target::added_to ? T{1} : T{0});
    return;
  }
#endif
  if (target == Target::overwritten) {
    for (std::int64_t i = 0; i < rows; ++i) {
      std::fill_n(c + i * c_row_stride, columns, T{0});
    }
  }
  multiply_loops(rows, columns, depth, a, b, c, c_row_stride);
}

template void gemm(std::int64_t, std::int64_t, std::int64_t, Matrix<float>, Matrix<float>, float*,
                   std::int64_t, Target);
template void gemm(std::int64_t, std::int64_t, std::int64_t, Matrix<double>, Matrix<double>,
                   double*, std::int64_t, Target);

}  // namespace retrograd::kernels
