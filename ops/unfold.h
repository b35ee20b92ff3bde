/// @file
/// Windows of images as columns of a matrix, and back.
#pragma once

#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of unfold() and fold().
struct UnfoldOptions {
  Size<2> dilation = 1;  ///< Step between neighbouring elements of the window.
  Size<2> padding = 0;   ///< Zeros added at each end of a spatial dimension.
  Size<2> stride = 1;    ///< Step of the window, in elements of the input.
};

/// Returns the windows of an image as columns, for L windows of size (KH, KW) in row-major order.
///
/// - `x`: (N, C, H, W) or (C, H, W)
/// - result: (N, C KH KW, L) or (C KH KW, L)
///
/// @code rg::unfold(rg::rand({1, 3, 5, 5}), 3).shape();  // [1, 27, 9] @endcode
/// @throws ShapeError if `x` has another rank, or a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor unfold(const Tensor& x, Size<2> kernel_size, const UnfoldOptions& options = {},
                            Where where = {});

/// Returns an image of `output_size`, to which the columns are added at the positions that unfold()
/// reads. It is the transpose of unfold().
///
/// - `columns`: (N, C KH KW, L) or (C KH KW, L)
/// - result: (N, C, H, W) or (C, H, W)
///
/// @code rg::fold(rg::rand({1, 27, 9}), 5, 3).shape();  // [1, 3, 5, 5] @endcode
/// @throws ShapeError if `columns` has another shape than unfold() gives.
/// @throws DTypeError if `columns` is not floating.
/// @throws ValueError if a size or an option is out of range.
RETROGRAD_API Tensor fold(const Tensor& columns, Size<2> output_size, Size<2> kernel_size,
                          const UnfoldOptions& options = {}, Where where = {});

}  // namespace retrograd
