// Views and other changes of shape. Views share memory with their input.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// The elements in row-major order under another shape; one size may be -1. A view where the strides
// allow it, else a copy. Throws ShapeError when the numbers of elements differ.
RETROGRAD_API Tensor reshape(const Tensor& x, const Shape& shape, Where where = {});
// Joins the dimensions start to end, both included.
RETROGRAD_API Tensor flatten(const Tensor& x, std::int64_t start = 0, std::int64_t end = -1,
                             Where where = {});
RETROGRAD_API Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b, Where where = {});
// Dimension i of the result is dimension dims[i] of x.
RETROGRAD_API Tensor permute(const Tensor& x, const Dims& dims, Where where = {});
// Removes dimension `dim` if its length is 1; without `dim`, all such.
RETROGRAD_API Tensor squeeze(const Tensor& x, std::optional<std::int64_t> dim = {},
                             Where where = {});
RETROGRAD_API Tensor unsqueeze(const Tensor& x, std::int64_t dim, Where where = {});
// Repeats dimensions of length 1, and adds dimensions in front, without copying (stride 0). -1
// keeps a length.
RETROGRAD_API Tensor expand(const Tensor& x, const Shape& shape, Where where = {});

// Elements start, start + step, ... before end along `dim`; negative bounds count from the end, and
// bounds out of range are cut, as in Python. step >= 1.
RETROGRAD_API Tensor slice(const Tensor& x, std::int64_t dim,
                           std::optional<std::int64_t> start = {},
                           std::optional<std::int64_t> end = {}, std::int64_t step = 1,
                           Where where = {});
// Element `index` along `dim`, which goes. Throws IndexError.
RETROGRAD_API Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index,
                            Where where = {});

// Joins along an existing dimension; the other lengths must agree. Empty 1-D tensors are passed
// over, as in PyTorch.
RETROGRAD_API Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0,
                         Where where = {});
// Joins along a new dimension; all shapes must agree.
RETROGRAD_API Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim = 0,
                           Where where = {});

// The shape that both broadcast to. Throws ShapeError naming `op`.
RETROGRAD_API Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b,
                                     Where where = {});

}  // namespace retrograd
