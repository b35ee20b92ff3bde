#include <retrograd/ops/kernels/sequence/step_product.h>

#include <type_traits>

#include <retrograd/ops/kernels/kernel_state.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::sequence {

namespace {

template <class T>
onednn::PackedMatmul packed(std::int64_t rows, const Tensor& w, bool transposed) {
  const bool fits =
      std::is_same_v<T, BFloat16> && kernel_state().may_use_onednn() && detail::fast_bfloat16();
  onednn::PackedMatmul made(fits ? rows : 0, w, transposed);
  (made ? kernel_state().onednn_runs : kernel_state().portable_runs) += 1;
  return made;
}

}  // namespace

template <class T>
StepProduct<T>::StepProduct(std::int64_t most_rows, const Tensor& w, bool transposed)
    : most_rows_(most_rows),
      depth_(w.shape()[transposed ? 1 : 0]),
      columns_(w.shape()[transposed ? 0 : 1]),
      low_(packed<T>(most_rows, as_contiguous(w), transposed)) {
  if (!low_) {
    w_ = as_contiguous(std::is_same_v<T, C> ? w : converted(w, dtype_of<C>()));
    right_.emplace(columns_, depth_, Matrix<C>{w_.raw<C>(), w_.shape()[1], transposed});
  }
}

template <class T>
std::int64_t StepProduct<T>::left_bytes() const {
  constexpr std::int64_t kAligned = 64;
  return detail::rounded_up(most_rows_ * depth_ * static_cast<std::int64_t>(sizeof(T)), kAligned);
}

template <class T>
std::int64_t StepProduct<T>::scratch_bytes() const {
  return low_ ? left_bytes() + low_.scratch_bytes() : 0;
}

template <class T>
void StepProduct<T>::multiply(std::int64_t rows, const C* left, C* out, std::byte* scratch) const {
  if constexpr (std::is_same_v<T, BFloat16>) {
    if (low_) {
      T* const rounded = static_cast<T*>(static_cast<void*>(scratch));
      const std::int64_t count = most_rows_ * depth_;
      detail::vectorised_wide([=] {
#pragma omp simd
        for (std::int64_t i = 0; i < count; ++i) {
          rounded[i] = convert<T>(left[i]);
        }
      });
      low_.run(rounded, out, scratch + left_bytes());
      return;
    }
  }
  right_->multiply(rows, {left, depth_}, out, columns_);
}

template class StepProduct<float>;
template class StepProduct<double>;
template class StepProduct<BFloat16>;

}  // namespace retrograd::kernels::sequence
