// Products of matrices by loops of our own, whose sums do not depend on how the product is cut: an
// element adds its terms in order, in blocks that the sizes of the product decide. Internal.
#pragma once

#include <cstdint>

#include <retrograd/ops/kernels/linalg/gemm.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// Whether these loops are fast: the processor multiplies and adds in one instruction.
inline bool has_packed_gemm() noexcept {
  return detail::best_instructions() >= detail::Instructions::avx2;
}

// As gemm() of gemm.h, for depths above 0.
template <class T>
void gemm_packed(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a,
                 Matrix<T> b, T* c, std::int64_t c_row_stride, Target target);

// The same in the calling thread, and without memory of its own: for sides whose rows are few.
template <class T>
void gemm_here(std::int64_t rows, std::int64_t columns, std::int64_t depth, Matrix<T> a,
               Matrix<T> b, T* c, std::int64_t c_row_stride, Target target);

// A right side b (depth, columns) that many products share. It is packed once where these loops
// compute the products. The matrix must stay.
template <class T>
class PackedRight {
 public:
  PackedRight(std::int64_t columns, std::int64_t depth, Matrix<T> b);

  // c (rows, columns) = a (rows, depth) . b, or c + a . b, in the calling thread.
  void multiply(std::int64_t rows, Matrix<T> a, T* c, std::int64_t c_row_stride,
                Target target = Target::overwritten) const;

 private:
  std::int64_t columns_;
  std::int64_t depth_;
  Matrix<T> b_;
  Tensor memory_;
};

extern template void gemm_packed(std::int64_t, std::int64_t, std::int64_t, Matrix<float>,
                                 Matrix<float>, float*, std::int64_t, Target);
extern template void gemm_packed(std::int64_t, std::int64_t, std::int64_t, Matrix<double>,
                                 Matrix<double>, double*, std::int64_t, Target);
extern template void gemm_here(std::int64_t, std::int64_t, std::int64_t, Matrix<float>,
                               Matrix<float>, float*, std::int64_t, Target);
extern template class RETROGRAD_API PackedRight<float>;
extern template class RETROGRAD_API PackedRight<double>;

}  // namespace retrograd::kernels
