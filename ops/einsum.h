/// @file
/// Sums of products, written with indices.
#pragma once

#include <string_view>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns Einstein's summation of the operands: "ij,jk->ik" is the matrix product.
///
/// - Letters name the dimensions of each operand.
/// - An index that the result does not name is summed over.
/// - An index that one operand names twice takes the diagonal.
/// - "..." means any number of further dimensions. They broadcast, as lengths of 1 do.
/// - Without "->", the result has the dimensions of "...", then the indices that occur once, in
///   alphabetic order.
///
/// Operands are multiplied from left to right, by matmul() if an index is summed over.
/// @code rg::einsum("ij,jk->ik", {rg::rand({2, 3}), rg::rand({3, 4})}).shape();  // [2, 4] @endcode
/// @throws ValueError if the equation is malformed, or there is no operand.
/// @throws ShapeError if an operand does not fit the equation.
/// @throws DTypeError if the dtypes differ, or are boolean.
RETROGRAD_API Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands,
                            Where where = {});

}  // namespace retrograd
