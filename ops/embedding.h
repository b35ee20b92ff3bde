/// @file
/// Vectors for the words of a vocabulary.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns row `indices[...]` of `weight` for each index. Row `padding_idx`, which may count from
/// the end, gets no gradient.
///
/// - `indices`: int64 of any shape (...)
/// - `weight`: (count, width)
/// - result: (..., width)
///
/// @code rg::embedding(rg::tensor({2, 0}), rg::rand({10, 4})).shape();  // [2, 4] @endcode
/// @throws IndexError if an index or `padding_idx` is out of range.
/// @throws ShapeError if `weight` is not a matrix.
/// @throws DTypeError if `indices` is not int64, or `weight` is not floating.
RETROGRAD_API Tensor embedding(const Tensor& indices, const Tensor& weight,
                               std::optional<std::int64_t> padding_idx = {}, Where where = {});

}  // namespace retrograd
