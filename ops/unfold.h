/// @file
/// Windows as columns of a matrix, and back.
#pragma once

#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct UnfoldOptions {
  Size<2> dilation = 1;  ///< Step between neighbouring elements of the window.
  Size<2> padding = 0;   ///< Zeros put around the input, on each side. Zeros on both sides.
  Size<2> stride = 1;    ///< Step of the window, in elements of the input.
};

/// The windows of x (N, C, H, W) or (C, H, W) as columns: (N, C kh kw, L) or (C kh kw, L), for L
/// windows in row-major order. Throws ShapeError, DTypeError or ValueError.
RETROGRAD_API Tensor unfold(const Tensor& x, Size<2> kernel_size, const UnfoldOptions& options = {},
                            Where where = {});
/// Adds columns (N, C kh kw, L) or (C kh kw, L) up at the positions that unfold() reads of an image
/// of `output_size`: its transpose.
RETROGRAD_API Tensor fold(const Tensor& columns, Size<2> output_size, Size<2> kernel_size,
                          const UnfoldOptions& options = {}, Where where = {});

}  // namespace retrograd
