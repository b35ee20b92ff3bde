// Products of bfloat16 matrices with one right matrix, laid out once for all of them.
#pragma once

#include <cstdint>
#include <memory>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels::onednn {

struct PackedMatmulPlan;

// left (rows, depth) . w, or . the transpose of w, added in float32.
class PackedMatmul {
 public:
  // Empty for small products, and where oneDNN has no implementation for this CPU that would be
  // worth it. w is a contiguous bfloat16 matrix.
  PackedMatmul(std::int64_t rows, const Tensor& w, bool transposed);

  explicit operator bool() const noexcept { return plan_ != nullptr; }
  std::int64_t scratch_bytes() const;
  // left and out are without gaps; `scratch` has scratch_bytes(). Runs in the thread that calls.
  void run(const BFloat16* left, float* out, void* scratch) const;

 private:
  std::shared_ptr<const PackedMatmulPlan> plan_;
  Tensor packed_;
};

}  // namespace retrograd::kernels::onednn
