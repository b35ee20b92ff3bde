#include <retrograd/ops/kernel_choice.h>

#include <utility>

#include <retrograd/ops/kernels/choice.h>
#include <retrograd/ops/kernels/conv/conv.h>

namespace retrograd {

bool onednn_enabled() noexcept {
  return kernels::choice().may_use_onednn();
}

ReferenceKernelsGuard::ReferenceKernelsGuard() noexcept
    : previous_(std::exchange(kernels::choice().reference_only, true)) {}

ReferenceKernelsGuard::~ReferenceKernelsGuard() {
  kernels::choice().reference_only = previous_;
}

NoDirectKernelsGuard::NoDirectKernelsGuard() noexcept
    : previous_(std::exchange(kernels::choice().no_direct, true)) {}

NoDirectKernelsGuard::~NoDirectKernelsGuard() {
  kernels::choice().no_direct = previous_;
}

KernelCounts kernel_counts() noexcept {
  const kernels::Choice& choice = kernels::choice();
  return {.onednn = choice.onednn_runs,
          .direct = choice.direct_runs,
          .reference = choice.reference_runs,
          .reorders = choice.reorders};
}

std::size_t cached_kernels() noexcept {
  return kernels::onednn::cached_conv_plans();
}

}  // namespace retrograd
