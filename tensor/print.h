/// @file
/// Printing of tensors, as NumPy prints arrays, below a line with dtype, shape and tape.
/// @code
/// tensor float32 [2, 3] <mul model.cpp:42>
/// [[ 1.    , -2.5   ,  3.1416],
///  [10.    ,  0.    ,  0.3333]]
/// @endcode
/// The numbers of a tensor share one form, with aligned points. The form is scientific if the
/// largest number is at least 1e8, the smallest other than 0 is below 1e-4, or their ratio is above
/// 1,000. The first line has `requires_grad` for a leaf, and the operator with its source line for
/// a recorded result.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

/// Options of printing, with the names and defaults of `numpy.set_printoptions`, and `head`.
struct PrintOptions {
  int precision = 4;              ///< Maximum number of digits after the point.
  std::int64_t threshold = 1000;  ///< Maximum number of elements of a tensor that is shown whole.
  std::int64_t edgeitems = 3;     ///< Number of elements at each end of a summarised dimension.
  int linewidth = 75;             ///< Number of characters after which rows are broken.
  bool suppress = false;          ///< Keeps small numbers out of scientific form when true.
  bool head = true;               ///< Prints the line with dtype, shape and tape when true.
};

/// Sets the options of all threads, or of the innermost PrintOptionsGuard of this thread.
/// @code rg::set_print_options({.precision = 8}); @endcode
/// @throws ValueError if a number is negative, or `edgeitems` or `linewidth` is below 1.
RETROGRAD_API void set_print_options(const PrintOptions& options, Where where = {});

/// Returns the options of the innermost PrintOptionsGuard of this thread, or else of all threads.
RETROGRAD_API PrintOptions print_options();

/// Guard that sets the options of this thread until the end of the scope.
/// @code const rg::PrintOptionsGuard guard({.precision = 8}); @endcode
class RETROGRAD_API PrintOptionsGuard {
 public:
  /// Sets the options.
  /// @throws ValueError if a number is negative, or `edgeitems` or `linewidth` is below 1.
  explicit PrintOptionsGuard(const PrintOptions& options, Where where = {});
  ~PrintOptionsGuard();
  PrintOptionsGuard(const PrintOptionsGuard&) = delete;
  PrintOptionsGuard& operator=(const PrintOptionsGuard&) = delete;

 private:
  PrintOptions options_;
  PrintOptions* outer_;
};

/// Returns the text of `to_string(tensor)` under these options.
/// @code rg::to_string(rg::rand({2, 2}), {.precision = 2}); @endcode
/// @throws ValueError if a number is negative, or `edgeitems` or `linewidth` is below 1.
RETROGRAD_API std::string to_string(const Tensor& tensor, const PrintOptions& options,
                                    Where where = {});

}  // namespace retrograd
