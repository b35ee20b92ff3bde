/// @file
/// Report of the kernels that ran, with their implementation and time, to find slow ones.
///
/// @code
/// rg::start_kernel_report();
/// train_one_step();
/// std::cout << rg::kernel_report();
/// @endcode
///
/// The report times convolutions, products, attention, pooling, normalisation, softmax, cross
/// entropy, element-wise arithmetic, relu, gelu, silu, sums, means and copies. It leaves out other
/// kernels, such as those that index, pad, sort or draw random numbers.
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
  std::string kernel;     ///< Name: "conv", "matmul", "add".
  std::string shapes;     ///< Shapes of the first inputs: "[8, 3, 32, 32] [16, 3, 3, 3]".
  DType dtype = float32;  ///< Element type of the first input.
  /// Implementation: oneDNN's own name with its instructions, or "BLAS". The library's own are
  /// "packed" for products, "unfolded" for convolutions as products, and "loops" for the rest.
  /// "float32" is for inputs converted to float32: the entries of the kernels that compute it are
  /// listed beside it.
  std::string implementation;
  std::int64_t calls = 0;  ///< Number of calls.
  double seconds = 0;      ///< Time in seconds, without the kernels that it calls.
};

/// The kernels that ran.
struct KernelReport {
  std::vector<KernelReportEntry> entries;  ///< Entries, the most expensive first.
};

/// Starts an empty report of the kernels of every thread. It costs about a microsecond for each
/// kernel; while it is off, kernels read one flag.
RETROGRAD_API void start_kernel_report();
/// Stops the report.
RETROGRAD_API void stop_kernel_report() noexcept;
/// Returns the report from start to stop, or until now.
RETROGRAD_API KernelReport kernel_report();

/// Prints the report as a table in plain text.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const KernelReport& report);

}  // namespace retrograd
