/// @file
/// Guards and counts of kernels, to compare results and to look for faults.
#pragma once

#include <cstddef>

#include <retrograd/tensor/api.h>

namespace retrograd {

/// Returns true if this build has oneDNN and may use it.
RETROGRAD_API bool onednn_enabled() noexcept;

/// Guard under which this thread computes only with portable kernels, loops and BLAS, until the end
/// of the scope. A program that installs the references of the library's tests uses these instead.
/// @code const rg::ReferenceKernelsGuard guard; @endcode
class RETROGRAD_API ReferenceKernelsGuard {
 public:
  /// Starts to use the portable kernels alone.
  ReferenceKernelsGuard() noexcept;
  ~ReferenceKernelsGuard();
  ReferenceKernelsGuard(const ReferenceKernelsGuard&) = delete;
  ReferenceKernelsGuard& operator=(const ReferenceKernelsGuard&) = delete;

 private:
  bool previous_;
};

/// Guard under which oneDNN also computes convolutions with few channels, in this thread until the
/// end of the scope.
class RETROGRAD_API NoDirectKernelsGuard {
 public:
  /// Stops the use of the library's own loops for convolutions.
  NoDirectKernelsGuard() noexcept;
  ~NoDirectKernelsGuard();
  NoDirectKernelsGuard(const NoDirectKernelsGuard&) = delete;
  NoDirectKernelsGuard& operator=(const NoDirectKernelsGuard&) = delete;

 private:
  bool previous_;
};

/// Numbers of convolution and matrix kernels that ran in a thread, by kind, and of copies made for
/// their layout.
struct KernelCounts {
  long long onednn = 0;  ///< Number of oneDNN's kernels.
  long long direct = 0;  ///< Number of the library's own loops for convolutions with few channels.
  long long portable = 0;   ///< Number of unfolded convolutions and matrix products.
  long long reference = 0;  ///< Number of reference kernels, of the library's tests.
  /// Number of inputs and gradients of convolutions, poolings and normalisations that were copied
  /// to channels-last memory.
  long long reorders = 0;
};

/// Returns the counts of this thread.
/// @code
/// const long long before = rg::kernel_counts().reorders;
/// model(images);
/// std::cout << rg::kernel_counts().reorders - before << "\n";
/// @endcode
RETROGRAD_API KernelCounts kernel_counts() noexcept;

/// Returns the number of oneDNN convolutions that are ready to run, of all threads: at most 1,024.
RETROGRAD_API std::size_t cached_kernels() noexcept;

}  // namespace retrograd
