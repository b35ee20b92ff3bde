#include <retrograd/ops/kernels/kernel_state.h>

namespace retrograd::kernels {

KernelState& kernel_state() noexcept {
  thread_local KernelState instance;
  return instance;
}

}  // namespace retrograd::kernels
