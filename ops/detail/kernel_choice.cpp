#include <retrograd/ops/kernel_choice.h>

#include <utility>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/kernel_state.h>

namespace retrograd {

bool onednn_enabled() noexcept {
  return kernels::onednn::available() && kernels::kernel_state().may_use_onednn();
}

ReferenceKernelsGuard::ReferenceKernelsGuard() noexcept
    : previous_(std::exchange(kernels::kernel_state().reference_only, true)) {}

ReferenceKernelsGuard::~ReferenceKernelsGuard() {
  kernels::kernel_state().reference_only = previous_;
}

NoDirectKernelsGuard::NoDirectKernelsGuard() noexcept
    : previous_(std::exchange(kernels::kernel_state().no_direct, true)) {}

NoDirectKernelsGuard::~NoDirectKernelsGuard() {
  kernels::kernel_state().no_direct = previous_;
}

KernelCounts kernel_counts() noexcept {
  const kernels::KernelState& choice = kernels::kernel_state();
  return {.onednn = choice.onednn_runs,
          .direct = choice.direct_runs,
          .portable = choice.portable_runs,
          .reference = choice.reference_runs,
          .reorders = choice.reorders};
}

std::size_t cached_kernels() noexcept {
  return kernels::onednn::cached_conv_plans();
}

}  // namespace retrograd
