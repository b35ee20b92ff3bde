/// @file
/// Reading and adding by tensors of indices.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/ops/indices.h>
#include <retrograd/ops/operand.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// Everything here throws IndexError for an index out of range, naming it and its position, before
// anything is computed. Only index(), index_put() and take() count negative indices from the end.

/// out[i][j][k] = x[i][index[i][j][k]][k] for dim 1. `index` is int64, of the rank of x, and
/// nowhere longer than x but along `dim`.
RETROGRAD_API Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index,
                            Where where = {});
/// gather() with index and x broadcast to each other but along `dim`; without `dim`, take().
RETROGRAD_API Tensor take_along_dim(const Tensor& x, const Tensor& index,
                                    std::optional<std::int64_t> dim = {}, Where where = {});
/// A copy of x to which out[i][index[i][j][k]][k] += source[i][j][k] was done, for dim 1. `source`
/// is nowhere shorter than index; what is longer is not read.
RETROGRAD_API Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index,
                                 const Tensor& source, Where where = {});
/// The same with = instead of +=. Of several sources for one element the last one wins, in
/// row-major order of index; as in PyTorch, the gradient reaches all of them, so it is right only
/// without duplicates.
RETROGRAD_API Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index,
                             const Tensor& source, Where where = {});
/// The same with = instead of +=. Of several sources for one element the last one wins, in
/// row-major order of index; as in PyTorch, the gradient reaches all of them, so it is right only
/// without duplicates.
RETROGRAD_API Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value,
                             Where where = {});

/// The slices index[0], index[1], ... of x along `dim`; index is an int64 vector (or scalar).
RETROGRAD_API Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index,
                                  Where where = {});
/// A copy of x with alpha times slice i of source added to slice index[i].
RETROGRAD_API Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index,
                               const Tensor& source, Scalar alpha = 1, Where where = {});
/// A copy of x with slice index[i] replaced by slice i of source; duplicates as in scatter().
RETROGRAD_API Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index,
                                const Tensor& source, Where where = {});
/// A copy of x with slices index[i] filled with a value.
RETROGRAD_API Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index,
                                Scalar value, Where where = {});
/// The elements at row-major positions `index`, in the shape of index.
RETROGRAD_API Tensor take(const Tensor& x, const Tensor& index, Where where = {});

/// What x(indices...) is, for a list: index(x, {3, all, Slice{2, 5}}). Numbers and slices make a
/// view. Tensors of indices are broadcast together and read element-wise, which makes a copy; their
/// dimensions take the place of those that they index, or come first where these are not side by
/// side. A tensor without dimensions is a number.
RETROGRAD_API Tensor index(const Tensor& x, const Indices& indices, Where where = {});
/// A copy of x whose elements index(x, indices) are replaced by `values`, or with `accumulate`
/// increased by them. Values broadcast, and have the dtype of x if they are a tensor. Duplicates
/// accumulate, or else are as in scatter().
RETROGRAD_API Tensor index_put(const Tensor& x, const Indices& indices, const Operand& values,
                               bool accumulate = false, Where where = {});

}  // namespace retrograd
