// Which implementation computed what, and for how long: to find what is slow.
//
//   start_kernel_report();
//   train_one_step();
//   std::cout << kernel_report();
//
// Timed are convolutions, products, pooling, normalisation, softmax, cross entropy, element-wise
// arithmetic, relu, gelu, silu, sums, means and copies. Other kernels, such as those that index,
// pad, sort or draw random numbers, are not in the report.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/dtype.h>

namespace retrograd {

// All calls of one kernel with one dtype, shapes and implementation.
struct KernelReportEntry {
  std::string kernel;          // "conv", "matmul", "add"
  std::string shapes;          // of its first inputs: "[8, 3, 32, 32] [16, 3, 3, 3]"
  DType dtype = float32;       // of the first input
  std::string implementation;  // oneDNN's own name with its instructions, "BLAS", "loops" for the
                               // library's own loops, "reference", or "float32" for what was
                               // converted to that and computed by kernels listed beside it
  std::int64_t calls = 0;
  double seconds = 0;  // without the kernels that it calls
};

struct KernelReport {
  std::vector<KernelReportEntry> entries;  // those that took longest come first
};

// Forgets what was noted, and starts to note the kernels that run, in every thread. Costs about a
// microsecond for each kernel; while off, kernels read one flag.
RETROGRAD_API void start_kernel_report();
RETROGRAD_API void stop_kernel_report() noexcept;
// What ran between start and stop, or until now.
RETROGRAD_API KernelReport kernel_report();

// A table in plain text.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const KernelReport& report);

}  // namespace retrograd
