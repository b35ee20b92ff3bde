// The product of a step: what all steps multiply is made ready once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <retrograd/ops/kernels/linalg/gemm_packed.h>
#include <retrograd/ops/kernels/onednn/packed_matmul.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels::sequence {

// left (rows, depth) . w, or . the transpose of w (G H, H), computed in C. A bfloat16 w multiplies
// what is rounded to bfloat16 where the processor does that fast, else it is one of float32.
template <class T>
class StepProduct {
  using C = compute_t<T>;

 public:
  StepProduct(std::int64_t most_rows, const Tensor& w, bool transposed);

  std::int64_t scratch_bytes() const;
  // left and out have memory for `most_rows` rows without gaps, of which `rows` are used. Runs in
  // the thread that calls; `scratch` has scratch_bytes().
  void multiply(std::int64_t rows, const C* left, C* out, std::byte* scratch) const;

 private:
  std::int64_t left_bytes() const;
  Tensor tiles_of(const Tensor& w, bool transposed) const;

  std::int64_t most_rows_;
  std::int64_t depth_;
  std::int64_t columns_;
  Tensor tiles_;  // the right side for tiles, or undefined
  onednn::PackedMatmul low_;
  Tensor w_;  // of C; undefined where bfloat16 is multiplied
  std::optional<PackedRight<C>> right_;
};

extern template class StepProduct<float>;
extern template class StepProduct<double>;
extern template class StepProduct<BFloat16>;

}  // namespace retrograd::kernels::sequence
