/// @file
/// Which implementation computed what, and for how long: to find what is slow.
///
/// @code
/// start_kernel_report();
/// train_one_step();
/// std::cout << kernel_report();
/// @endcode
///
/// Timed are convolutions, products, pooling, normalisation, softmax, cross entropy, element-wise
/// arithmetic, relu, gelu, silu, sums, means and copies. Other kernels, such as those that index,
/// pad, sort or draw random numbers, are not in the report.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/dtype.h>

namespace retrograd {

/// All calls of one kernel with one dtype, shapes and implementation.
struct KernelReportEntry {
  std::string kernel;     ///< Name of the kernel: "conv", "matmul", "add".
  std::string shapes;     ///< Shapes of its first inputs: "[8, 3, 32, 32] [16, 3, 3, 3]".
  DType dtype = float32;  ///< Element type of the first input.
  /// Name that oneDNN gives its kernel, with the instruction set; or "BLAS"; "loops" for the
  /// library's own loops; "unfolded" for convolutions by BLAS; "float32" for inputs that were
  /// converted to it and computed by kernels listed beside.
  std::string implementation;
  std::int64_t calls = 0;
  double seconds = 0;  ///< Without the kernels that it calls.
};

/// The kernels that ran.
struct KernelReport {
  std::vector<KernelReportEntry> entries;  ///< Those that took longest come first.
};

/// Forgets what was noted, and starts to note the kernels that run, in every thread. Costs about a
/// microsecond for each kernel; while off, kernels read one flag.
RETROGRAD_API void start_kernel_report();
/// Notes no more kernels.
RETROGRAD_API void stop_kernel_report() noexcept;
/// What ran between start and stop, or until now.
RETROGRAD_API KernelReport kernel_report();

/// A table in plain text.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const KernelReport& report);

}  // namespace retrograd
