/// @file
/// Reading and writing by boolean masks, and functions that make indices.
#pragma once

#include <cstdint>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns `x` with `value` where the mask is true; `x` and `mask` broadcast. The value is a number
/// or a tensor without dimensions, and is converted to the dtype of `x`.
/// @code rg::masked_fill(rg::ones({2}), rg::tensor({true, false}), 5.0);  // [5, 1] @endcode
/// @throws ShapeError if `x` and `mask` do not broadcast, or `value` has dimensions.
/// @throws DTypeError if `mask` is not boolean, or `value` is floating and `x` is not.
/// @throws ValueError if the dtype of `x` cannot hold the number.
RETROGRAD_API Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value,
                                 Where where = {});

/// Returns the elements where the mask is true, as a vector in row-major order. `x` and `mask`
/// broadcast.
/// @code
/// rg::masked_select(rg::tensor({1, 2, 3}), rg::tensor({true, false, true}));  // [1, 3]
/// @endcode
/// @throws ShapeError if `x` and `mask` do not broadcast.
/// @throws DTypeError if `mask` is not boolean.
RETROGRAD_API Tensor masked_select(const Tensor& x, const Tensor& mask, Where where = {});

/// Returns `x` with the elements where the mask is true replaced by the first ones of `source`, in
/// row-major order. The mask broadcasts to `x`.
/// @code
/// const rg::Tensor mask = rg::tensor({true, false, true});
/// rg::masked_scatter(rg::zeros({3}), mask, rg::tensor({7.0, 8.0}));  // [7, 0, 8]
/// @endcode
/// @throws ShapeError if `mask` does not broadcast to `x`, or `source` has too few elements.
/// @throws DTypeError if `mask` is not boolean, or the dtypes of `x` and `source` differ.
RETROGRAD_API Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source,
                                    Where where = {});

/// Returns the indices of all nonzero elements: int64 (count, rank of `x`), in row-major order.
/// @code rg::nonzero(rg::tensor({0, 5, 0, 6}));  // [[1], [3]] @endcode
/// @throws GraphError if `x` is undefined.
RETROGRAD_API Tensor nonzero(const Tensor& x, Where where = {});

/// Returns int64 (..., num_classes) with 1 at each class of `x` and 0 elsewhere. With `num_classes`
/// -1, the number of classes is one more than the largest class.
/// @code rg::one_hot(rg::tensor({1, 0}), 3);  // [[0, 1, 0], [1, 0, 0]] @endcode
/// @throws IndexError if a class is out of range.
/// @throws DTypeError if `x` is not int64.
/// @throws ValueError if `num_classes` is 0 or below -1, or if it is -1 and `x` has no elements.
RETROGRAD_API Tensor one_hot(const Tensor& x, std::int64_t num_classes = -1, Where where = {});

}  // namespace retrograd
