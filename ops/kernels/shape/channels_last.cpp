#include <retrograd/ops/kernels/kernel_state.h>
#include <retrograd/ops/kernels/kernels.h>

namespace retrograd::kernels {

Tensor channels_last_copy(const Tensor& x) {
  Tensor result = empty_strided(x.shape(), channels_last_strides(x.shape()), x.dtype());
  copy(result, x);
  return result;
}

Tensor as_contiguous(const Tensor& x) {
  return x.is_contiguous() ? x : contiguous_copy(x);
}
Tensor as_channels_last(const Tensor& x) {
  if (x.is_channels_last()) {
    return x;
  }
  ++kernel_state().reorders;
  return channels_last_copy(x);
}

}  // namespace retrograd::kernels
