/// @file
/// Matrix products.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the matrix product of a and b, as PyTorch defines it:
///
/// - two vectors give a scalar
/// - a matrix and a vector, or a vector and a matrix, give a vector
/// - otherwise the last two dimensions are matrices, and the leading ones broadcast
///
/// @code rg::matmul(rg::rand({2, 3}), rg::rand({3, 4})).shape();  // [2, 4] @endcode
/// @throws ShapeError if an operand is a scalar, or the lengths do not fit.
/// @throws DTypeError if the dtypes differ, or are boolean.
RETROGRAD_API Tensor matmul(const Tensor& a, const Tensor& b, Where where = {});

/// Returns `x weight^T + bias`.
///
/// - `x`: (..., in)
/// - `weight`: (out, in)
/// - `bias`: (out) or undefined
/// - result: (..., out)
///
/// @code rg::linear(rg::rand({8, 3}), rg::rand({2, 3})).shape();  // [8, 2] @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `x` is not floating, or the dtypes differ.
RETROGRAD_API Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            Where where = {});

/// Returns `relu(linear(x, weight, bias))`, computed as one operator. Shapes and errors are those
/// of linear().
/// @code const rg::Tensor y = rg::linear_relu(x, weight, bias); @endcode
RETROGRAD_API Tensor linear_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                 Where where = {});

}  // namespace retrograd
