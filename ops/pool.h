// Pooling over windows.
#pragma once

#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

struct MaxPool2dOptions {
  OptionalSize<2> stride = {};  // the kernel's size when left out
  Size<2> padding = 0;          // at most half the kernel; padded places never win
  Size<2> dilation = 1;
  bool ceil_mode = false;  // keep windows that start inside but reach past the end
};

struct AvgPool2dOptions {
  OptionalSize<2> stride = {};
  Size<2> padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;  // divide by the window's size, padding counted
};

// The largest value of each window of x (N, C, H, W) or (C, H, W). The first of equals, in
// row-major order of the window, gets the gradient; NaN wins. Throws ShapeError, DTypeError or
// ValueError.
RETROGRAD_API Tensor max_pool2d(const Tensor& x, Size<2> kernel_size,
                                const MaxPool2dOptions& options = {}, Where where = {});
// The mean of each window.
RETROGRAD_API Tensor avg_pool2d(const Tensor& x, Size<2> kernel_size,
                                const AvgPool2dOptions& options = {}, Where where = {});

}  // namespace retrograd
