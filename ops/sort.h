/// @file
/// Sorting and order statistics.
///
/// NaN counts as larger than every number. The gradient of a value goes to the element that it was
/// taken from. Of equal elements, the first counts as the smaller.
#pragma once

#include <cstdint>

#include <retrograd/ops/reduce.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the elements in order along `dim`, and their positions. The order is always stable.
/// @code const auto [values, indices] = rg::sort(rg::tensor({3.0, 1.0, 2.0})); @endcode
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API ValuesAndIndices sort(const Tensor& x, std::int64_t dim = -1, bool descending = false,
                                    Where where = {});

/// Returns the positions that sort() returns.
/// @code rg::argsort(rg::tensor({3.0, 1.0, 2.0}));  // [1, 2, 0] @endcode
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API Tensor argsort(const Tensor& x, std::int64_t dim = -1, bool descending = false,
                             Where where = {});

/// Options of topk().
struct TopkOptions {
  bool largest = true;  ///< Whether the largest elements are taken, instead of the smallest.
  bool sorted = true;  ///< Whether PyTorch would sort the result, which is sorted here in any case.
};

/// Returns the k largest elements along `dim`, the largest first, and their positions.
/// @code const auto [values, indices] = rg::topk(rg::tensor({3.0, 1.0, 2.0}), 2); @endcode
/// @throws IndexError if `k` or `dim` is out of range.
RETROGRAD_API ValuesAndIndices topk(const Tensor& x, std::int64_t k, std::int64_t dim = -1,
                                    const TopkOptions& options = {}, Where where = {});

/// Returns the k-th smallest element along `dim`, counted from 1, and its position.
/// @code const auto [values, indices] = rg::kthvalue(rg::tensor({3.0, 1.0, 2.0}), 2); @endcode
/// @throws IndexError if `k` or `dim` is out of range.
RETROGRAD_API ValuesAndIndices kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim = -1,
                                        bool keepdim = false, Where where = {});

/// Returns the middle element along `dim`, and its position. It is the lower of two middle
/// elements, and NaN if there is one.
/// @code const auto [values, indices] = rg::median(rg::rand({2, 3}), 1); @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ShapeError if `dim` has length 0.
RETROGRAD_API ValuesAndIndices median(const Tensor& x, std::int64_t dim, bool keepdim = false,
                                      Where where = {});

/// Returns the middle one of all elements. It is the lower of two middle elements, and NaN if there
/// is one.
/// @code rg::median(rg::tensor({3.0, 1.0, 2.0}));  // 2 @endcode
/// @throws ShapeError if `x` has no elements.
RETROGRAD_API Tensor median(const Tensor& x, Where where = {});

}  // namespace retrograd
