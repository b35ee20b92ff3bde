/// @file
/// Which kernels run: for comparing results and looking for faults.
#pragma once

#include <cstddef>

#include <retrograd/tensor/api.h>

namespace retrograd {

/// Whether this build has oneDNN and may use it. On by default where it was built in.
RETROGRAD_API bool onednn_enabled() noexcept;

/// Makes this thread compute with portable kernels alone, loops and BLAS, until the end of the scope.
/// A program of the library's tests that installs the references computes with these instead.
class RETROGRAD_API ReferenceKernelsGuard {
 public:
  /// Constructs it from what the class and its options describe.
  ReferenceKernelsGuard() noexcept;
  ~ReferenceKernelsGuard();
  ReferenceKernelsGuard(const ReferenceKernelsGuard&) = delete;
  ReferenceKernelsGuard& operator=(const ReferenceKernelsGuard&) = delete;

 private:
  bool previous_;
};

/// Leaves convolutions with few channels to oneDNN too, in this thread until the end of the scope.
class RETROGRAD_API NoDirectKernelsGuard {
 public:
  /// Constructs it from what the class and its options describe.
  NoDirectKernelsGuard() noexcept;
  ~NoDirectKernelsGuard();
  NoDirectKernelsGuard(const NoDirectKernelsGuard&) = delete;
  NoDirectKernelsGuard& operator=(const NoDirectKernelsGuard&) = delete;

 private:
  bool previous_;
};

/// The number of convolution and matrix kernels that ran in this thread, by kind, and of the inputs
/// and gradients of convolutions, poolings and normalisations that were copied because they did not
/// lie channels-last.
struct KernelCounts {
  long long onednn = 0;     ///< Kernels of oneDNN that ran.
  long long direct = 0;     ///< Own loops for convolutions with few channels.
  long long portable = 0;   ///< Unfolded convolutions and matrix products, by BLAS or loops.
  long long reference = 0;  ///< Kernels of the library's tests.
  long long reorders = 0;   ///< Tensors copied because of their layout.
};
/// The counts of this thread.
RETROGRAD_API KernelCounts kernel_counts() noexcept;

/// The number of oneDNN convolutions kept ready to run, of all threads: at most 1,024.
RETROGRAD_API std::size_t cached_kernels() noexcept;

}  // namespace retrograd
