/// @file
/// Reading and writing by boolean masks, and what indices come from. Throws DTypeError for a mask
/// that is not boolean, ShapeError for shapes that do not broadcast.
#pragma once

#include <cstdint>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// x with `value` where the boolean mask holds; x and mask broadcast. The value is a number or a
/// tensor without dimensions, and takes the dtype of x. Throws ValueError for a number that an
/// integer x does not hold.
RETROGRAD_API Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value,
                                 Where where = {});
/// The elements where the mask holds, as a vector in row-major order; x and mask broadcast.
RETROGRAD_API Tensor masked_select(const Tensor& x, const Tensor& mask, Where where = {});
/// x with the elements where the mask holds replaced by the first ones of `source`, in row-major
/// order. The mask broadcasts to x. Throws ShapeError when source has too few.
RETROGRAD_API Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source,
                                    Where where = {});

/// The indices of elements other than 0: int64 (count, rank of x), in row-major order.
RETROGRAD_API Tensor nonzero(const Tensor& x, Where where = {});
/// int64 (..., num_classes) with 1 at each class of x (...), which is int64, and 0 elsewhere. -1
/// classes: one more than the largest there is. Throws IndexError for classes out of range.
RETROGRAD_API Tensor one_hot(const Tensor& x, std::int64_t num_classes = -1, Where where = {});

}  // namespace retrograd
