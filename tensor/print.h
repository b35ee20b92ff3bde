// How tensors print: as NumPy's arrays do, below a line with dtype, shape and tape.
//   tensor float32 [2, 3] <mul model.cpp:42>
//   [[ 1.    , -2.5   ,  3.1416],
//    [10.    ,  0.    ,  0.3333]]
// The numbers of a tensor share one form: with their points below each other, or in scientific form
// where the largest is at least 1e8, the smallest other than 0 below 1e-4, or their ratio above
// 1,000. A leaf that requires a gradient says requires_grad, a recorded result its operator and
// line.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

// The options of numpy.set_printoptions that have the same names, and `head`.
struct PrintOptions {
  int precision = 4;              // most digits after the point
  std::int64_t threshold = 1000;  // most elements that are all shown
  std::int64_t edgeitems = 3;     // shown at each end of a dimension of larger tensors
  int linewidth = 75;             // characters after which rows are broken
  bool suppress = false;          // keeps small numbers out of scientific form
  bool head = true;               // a line with dtype, shape and tape
};

// Sets the options of all threads, or of the innermost PrintOptionsGuard of this thread. Throws
// ValueError for a negative number, and for edgeitems and linewidth below 1.
RETROGRAD_API void set_print_options(const PrintOptions& options, Where where = {});
// Returns the options of the innermost PrintOptionsGuard of this thread, or else of all threads.
RETROGRAD_API PrintOptions print_options();

// Sets the options of this thread until the end of the scope.
//   const rg::PrintOptionsGuard guard({.precision = 8});
class RETROGRAD_API PrintOptionsGuard {
 public:
  // Throws what set_print_options throws.
  explicit PrintOptionsGuard(const PrintOptions& options, Where where = {});
  ~PrintOptionsGuard();
  PrintOptionsGuard(const PrintOptionsGuard&) = delete;
  PrintOptionsGuard& operator=(const PrintOptionsGuard&) = delete;

 private:
  PrintOptions options_;
  PrintOptions* outer_;
};

// Returns what to_string(tensor) returns under these options. Throws what set_print_options throws.
RETROGRAD_API std::string to_string(const Tensor& tensor, const PrintOptions& options,
                                    Where where = {});

}  // namespace retrograd
