#include <retrograd/ops/kernels/sequence/step_product.h>

#include <type_traits>

#include <retrograd/ops/kernels/kernel_state.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/tiles.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::sequence {

namespace {

constexpr std::int64_t kAligned = 64;

template <class T>
onednn::PackedMatmul packed(std::int64_t rows, const Tensor& w, bool transposed, bool unless) {
  const bool fits = std::is_same_v<T, BFloat16> && !unless && kernel_state().may_use_onednn() &&
                    detail::fast_bfloat16();
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
      tiles_(tiles_of(w, transposed)),
      low_(packed<T>(most_rows, as_contiguous(w), transposed, tiles_.defined())) {
  if (!tiles_.defined() && !low_) {
    w_ = as_contiguous(std::is_same_v<T, C> ? w : converted(w, dtype_of<C>()));
    right_.emplace(columns_, depth_, Matrix<C>{w_.raw<C>(), w_.shape()[1], transposed});
  }
}

// The right side for tiles, where those compute products without gaps in them.
template <class T>
Tensor StepProduct<T>::tiles_of([[maybe_unused]] const Tensor& w,
                                [[maybe_unused]] bool transposed) const {
#if RETROGRAD_INSTRUCTIONS
  if constexpr (std::is_same_v<T, BFloat16>) {
    const bool whole = most_rows_ % tiles::kFewRows == 0 && depth_ % tiles::kStep == 0 &&
                       columns_ % tiles::kStep == 0 && depth_ * columns_ > 0;
    if (whole && detail::fast_tiles() && kernel_state().may_use_direct()) {
      detail::kernel_uses("AMX");
      const Tensor from = as_contiguous(w);
      const Tensor made = empty_tensor({depth_ * columns_}, bfloat16);
      const tiles::Rows<const BFloat16> rows{from.raw<BFloat16>(), from.shape()[1]};
      (transposed ? tiles::transpose_right : tiles::copy_right)(
          from.shape()[0], from.shape()[1], rows, {made.raw<BFloat16>(), depth_});
      return made;
    }
  }
#endif
  return {};
}

template <class T>
std::int64_t StepProduct<T>::left_bytes() const {
  return detail::rounded_up(most_rows_ * depth_ * static_cast<std::int64_t>(sizeof(T)), kAligned);
}

template <class T>
std::int64_t StepProduct<T>::scratch_bytes() const {
  return low_ ? left_bytes() + low_.scratch_bytes() : tiles_.defined() ? left_bytes() : 0;
}

template <class T>
void StepProduct<T>::multiply(std::int64_t rows, const C* left, C* out, std::byte* scratch) const {
  if constexpr (std::is_same_v<T, BFloat16>) {
    T* const rounded = static_cast<T*>(static_cast<void*>(scratch));
#if RETROGRAD_INSTRUCTIONS
    if (tiles_.defined()) {
      tiles::round_left(rows, depth_, {left, depth_}, {rounded, depth_});
      const tiles::Configured in_force;
      tiles::multiply(most_rows_, columns_, depth_, {rounded, depth_},
                      {tiles_.raw<BFloat16>(), depth_}, {out, columns_}, Target::overwritten);
      return;
    }
#endif
    if (low_) {
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
