/// @file
/// Sums of products, written with indices.
#pragma once

#include <string_view>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Einstein's summation as in PyTorch: "ij,jk->ik" is the matrix product. Each operand's dimensions
/// are named by letters; an index that the result does not name is summed over, one that an operand
/// names twice takes the diagonal, and "..." stands for any number of further dimensions, which
/// broadcast, as lengths of 1 do. Without "->" the result has the indices that occur once, in
/// alphabetic order, after those of "...".
///
/// Operands are multiplied from left to right, with matmul() where an index is summed over. Throws
/// ValueError for an equation that makes no sense, ShapeError for operands that do not fit it.
RETROGRAD_API Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands,
                            Where where = {});

}  // namespace retrograd
