/// @file
/// Sorting and order statistics. NaN counts as larger than every number. The gradient of a value
/// goes to the element it was taken from; among equals the one that comes first counts as the
/// smaller.
#pragma once

#include <cstdint>

#include <retrograd/ops/reduce.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// The elements in order along `dim`, and where they were. Always stable.
RETROGRAD_API ValuesAndIndices sort(const Tensor& x, std::int64_t dim = -1, bool descending = false,
                                    Where where = {});
/// The second result of sort().
RETROGRAD_API Tensor argsort(const Tensor& x, std::int64_t dim = -1, bool descending = false,
                             Where where = {});

/// Options, given as {.name = value}; what is left out keeps its default.
struct TopkOptions {
  bool largest = true;  ///< Else the smallest.
  bool sorted = true;   ///< As PyTorch's argument; the result is sorted in any case.
};
/// The k largest elements along `dim`, from the largest down. Throws IndexError for k out of range.
RETROGRAD_API ValuesAndIndices topk(const Tensor& x, std::int64_t k, std::int64_t dim = -1,
                                    const TopkOptions& options = {}, Where where = {});
/// The k-th smallest along `dim`, counted from 1.
RETROGRAD_API ValuesAndIndices kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim = -1,
                                        bool keepdim = false, Where where = {});
/// The middle element, the lower one of two; NaN if there is one. Throws ShapeError for no
/// elements.
RETROGRAD_API ValuesAndIndices median(const Tensor& x, std::int64_t dim, bool keepdim = false,
                                      Where where = {});
/// The middle element, the lower one of two; NaN if there is one. Throws ShapeError for no
/// elements.
RETROGRAD_API Tensor median(const Tensor& x, Where where = {});

}  // namespace retrograd
