/// @file
/// Vectors for the words of a vocabulary.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Row indices[...] of weight (count, width) for each index: the shape of the int64 `indices` with
/// width at the end. Row `padding_idx`, which may count from the end, gets no gradient. Throws
/// IndexError for an index out of range, ShapeError, DTypeError.
RETROGRAD_API Tensor embedding(const Tensor& indices, const Tensor& weight,
                               std::optional<std::int64_t> padding_idx = {}, Where where = {});

}  // namespace retrograd
