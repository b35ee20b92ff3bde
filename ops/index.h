/// @file
/// Reading and adding by tensors of indices.
///
/// All functions check indices before they compute. An IndexError names the index and its position.
/// Only index(), index_put(), take() and take_along_dim() without `dim` count negative indices from
/// the end.
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

/// Returns the elements of `x` that `index` names along `dim`:
/// `out[i][j][k] = x[i][index[i][j][k]][k]` for `dim` 1. `index` has the rank of `x`, and is no
/// longer than `x` in the other dimensions.
/// @code
/// rg::gather(rg::tensor({{1, 2}, {3, 4}}), 1, rg::tensor({{1}, {0}}));  // [[2], [3]]
/// @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if `index` has another rank or is too long.
/// @throws DTypeError if `index` is not int64.
RETROGRAD_API Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index,
                            Where where = {});

/// Returns gather() of `x` and `index`, broadcast to each other except along `dim`. Without `dim`,
/// returns take().
/// @code
/// const rg::Tensor x = rg::tensor({{3, 1, 2}, {6, 5, 4}});
/// rg::take_along_dim(x, rg::argsort(x, 1), 1);  // [[1, 2, 3], [4, 5, 6]]
/// @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if the ranks differ or the shapes do not broadcast.
/// @throws DTypeError if `index` is not int64.
RETROGRAD_API Tensor take_along_dim(const Tensor& x, const Tensor& index,
                                    std::optional<std::int64_t> dim = {}, Where where = {});

/// Returns a copy of `x` with `out[i][index[i][j][k]][k] += source[i][j][k]`, for `dim` 1. `source`
/// is at least as long as `index` in each dimension, and the rest of it is not read.
/// @code
/// rg::scatter_add(rg::zeros({3}), 0, rg::tensor({0, 2, 0}), rg::ones({3}));  // [2, 0, 1]
/// @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `index` is not int64, or the dtypes of `x` and `source` differ.
RETROGRAD_API Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index,
                                 const Tensor& source, Where where = {});

/// Returns a copy of `x` with `out[i][index[i][j][k]][k] = source[i][j][k]`, for `dim` 1. Of
/// several sources for one element, the last one wins, in row-major order of `index`. As in
/// PyTorch, the gradient reaches all of them, so it is right only without duplicates.
/// @code
/// rg::scatter(rg::zeros({3}), 0, rg::tensor({2, 0}), rg::tensor({5.0, 7.0}));  // [7, 0, 5]
/// @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `index` is not int64, or the dtypes of `x` and `source` differ.
RETROGRAD_API Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index,
                             const Tensor& source, Where where = {});

/// Returns a copy of `x` with `out[i][index[i][j][k]][k] = value`, for `dim` 1.
/// @code rg::scatter(rg::zeros({3}), 0, rg::tensor({2, 0}), 1.0);  // [1, 0, 1] @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if the shape of `index` does not fit.
/// @throws DTypeError if `index` is not int64.
/// @throws ValueError if the dtype of `x` cannot hold `value`.
RETROGRAD_API Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, Scalar value,
                             Where where = {});

/// Returns the slices `index[0]`, `index[1]`, ... of `x` along `dim`. `index` is an int64 vector or
/// scalar.
/// @code
/// rg::index_select(rg::tensor({{1, 2}, {3, 4}}), 1, rg::tensor({1}));  // [[2], [4]]
/// @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if `index` has several dimensions.
/// @throws DTypeError if `index` is not int64.
RETROGRAD_API Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index,
                                  Where where = {});

/// Returns a copy of `x` with slice `index[i]` increased by `alpha` times slice i of `source`,
/// along `dim`. Equal indices add up.
/// @code
/// rg::index_add(rg::zeros({3}), 0, rg::tensor({1, 1}), rg::ones({2}));  // [0, 2, 0]
/// @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `index` is not int64, the dtypes of `x` and `source` differ, or `alpha` is
/// a fraction for integers.
RETROGRAD_API Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index,
                               const Tensor& source, Scalar alpha = 1, Where where = {});

/// Returns a copy of `x` with slice `index[i]` replaced by slice i of `source`, along `dim`. Of
/// equal indices the last one wins, as in scatter().
/// @code rg::index_copy(rg::zeros({3}), 0, rg::tensor({2}), rg::ones({1}));  // [0, 0, 1] @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `index` is not int64, or the dtypes of `x` and `source` differ.
RETROGRAD_API Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index,
                                const Tensor& source, Where where = {});

/// Returns a copy of `x` with the slices `index[i]` along `dim` filled with `value`.
/// @code rg::index_fill(rg::zeros({3}), 0, rg::tensor({0, 2}), 5.0);  // [5, 0, 5] @endcode
/// @throws IndexError if an index or `dim` is out of range.
/// @throws ShapeError if `index` has several dimensions.
/// @throws DTypeError if `index` is not int64.
/// @throws ValueError if the dtype of `x` cannot hold `value`.
RETROGRAD_API Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index,
                                Scalar value, Where where = {});

/// Returns the elements at the row-major positions `index` of `x`, in the shape of `index`.
/// @code rg::take(rg::tensor({{1, 2}, {3, 4}}), rg::tensor({3, 0}));  // [4, 1] @endcode
/// @throws IndexError if an index is out of range.
/// @throws DTypeError if `index` is not int64.
RETROGRAD_API Tensor take(const Tensor& x, const Tensor& index, Where where = {});

/// Returns `x(indices...)` for a list: `index(x, {3, all, Slice{2, 5}})`. Numbers and slices make a
/// view, and tensors of indices make a copy.
///
/// Tensors of indices broadcast and are read element by element. Their dimensions replace those
/// that they index, or come first if these are not neighbours. A tensor without dimensions counts
/// as a number.
/// @code rg::index(rg::tensor({{1, 2}, {3, 4}}), {rg::all, 1});  // [2, 4] @endcode
/// @throws IndexError if an index is out of range, or there are more indices than dimensions.
/// @throws ShapeError if index tensors do not broadcast.
/// @throws DTypeError if an index tensor is neither int64 nor boolean.
/// @throws ValueError if there is no index, or a step is below 1.
RETROGRAD_API Tensor index(const Tensor& x, const Indices& indices, Where where = {});

/// Returns a copy of `x` whose elements `index(x, indices)` are replaced by `values`, or increased
/// by them with `accumulate`. Values broadcast. Equal indices accumulate with `accumulate`, and
/// otherwise the last one wins, as in scatter().
/// @code rg::index_put(rg::zeros({3}), {rg::tensor({0, 2})}, 4.0);  // [4, 0, 4] @endcode
/// @throws IndexError if an index is out of range, or there are more indices than dimensions.
/// @throws ShapeError if index tensors or `values` do not broadcast.
/// @throws DTypeError if a tensor `values` has another dtype than `x`.
/// @throws ValueError if the dtype of `x` cannot hold a number.
RETROGRAD_API Tensor index_put(const Tensor& x, const Indices& indices, const Operand& values,
                               bool accumulate = false, Where where = {});

}  // namespace retrograd
