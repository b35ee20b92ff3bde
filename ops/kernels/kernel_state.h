// Which implementation a kernel takes in this thread, and how often each was taken.
#pragma once

namespace retrograd::kernels {

struct KernelState {
  bool reference_only = false;
  bool no_direct = false;
  long long onednn_runs = 0;
  long long direct_runs = 0;
  long long portable_runs = 0;
  long long reference_runs = 0;
  long long reorders = 0;  // activations copied because a kernel needs them channels-last

  bool may_use_direct() const noexcept { return !reference_only && !no_direct; }
  bool may_use_onednn() const noexcept { return !reference_only; }
};

// Of the calling thread.
KernelState& kernel_state() noexcept;

}  // namespace retrograd::kernels
