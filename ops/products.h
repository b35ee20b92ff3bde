/// @file
/// Products of vectors and matrices of fixed rank. ops/matmul.h has the product of any rank.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the scalar product of two vectors, the sum of `a[i] b[i]`.
/// @code rg::dot(rg::tensor({1.0, 2.0}), rg::tensor({3.0, 4.0}));  // 11 @endcode
/// @throws ShapeError if an operand is not a vector, or the lengths differ.
/// @throws DTypeError if the dtypes differ, or are boolean.
RETROGRAD_API Tensor dot(const Tensor& a, const Tensor& b, Where where = {});

/// Returns the outer product of two vectors, `out[i][j] = a[i] b[j]`.
/// @code rg::outer(rg::tensor({1.0, 2.0}), rg::tensor({3.0, 4.0}));  // [[3, 4], [6, 8]] @endcode
/// @throws ShapeError if an operand is not a vector.
/// @throws DTypeError if the dtypes differ, or are boolean.
RETROGRAD_API Tensor outer(const Tensor& a, const Tensor& b, Where where = {});

/// Returns the product of two matrices, (n, k) and (k, m).
/// @code rg::mm(rg::rand({2, 3}), rg::rand({3, 4})).shape();  // [2, 4] @endcode
/// @throws ShapeError if an operand is not a matrix, or the lengths do not fit.
/// @throws DTypeError if the dtypes differ, or are boolean.
RETROGRAD_API Tensor mm(const Tensor& a, const Tensor& b, Where where = {});

/// Returns the products of two batches of matrices, (batch, n, k) and (batch, k, m).
/// @code rg::bmm(rg::rand({5, 2, 3}), rg::rand({5, 3, 4})).shape();  // [5, 2, 4] @endcode
/// @throws ShapeError if an operand has another rank, or the lengths do not fit.
/// @throws DTypeError if the dtypes differ, or are boolean.
RETROGRAD_API Tensor bmm(const Tensor& a, const Tensor& b, Where where = {});

/// Options of addmm() and baddbmm().
struct AddmmOptions {
  /// Factor of the input. With 0, the input is not read, so its NaN have no effect.
  double beta = 1;
  double alpha = 1;  ///< Factor of the product.
};

/// Returns `beta input + alpha a b` for matrices `a` (n, k) and `b` (k, m). `input` broadcasts to
/// (n, m).
/// @code rg::addmm(rg::ones({4}), rg::rand({2, 3}), rg::rand({3, 4})).shape();  // [2, 4] @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b,
                           AddmmOptions options = {}, Where where = {});

/// Returns `beta input + alpha a b` for batches of matrices `a` (batch, n, k) and `b` (batch, k,
/// m). `input` broadcasts to (batch, n, m).
/// @code
/// rg::baddbmm(rg::ones({4}), rg::rand({5, 2, 3}), rg::rand({5, 3, 4})).shape();  // [5, 2, 4]
/// @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b,
                             AddmmOptions options = {}, Where where = {});

/// Returns `out[..., o] = bias[o] + sum over i and j of x1[..., i] weight[o][i][j] x2[..., j]`.
///
/// - `x1`: (..., in1)
/// - `x2`: (..., in2), with the leading dimensions of `x1`
/// - `weight`: (out, in1, in2)
/// - `bias`: (out) or undefined
///
/// @code
/// rg::bilinear(rg::rand({8, 3}), rg::rand({8, 4}), rg::rand({2, 3, 4})).shape();  // [8, 2]
/// @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `x1` is not floating, or the dtypes differ.
RETROGRAD_API Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight,
                              const Tensor& bias = {}, Where where = {});

}  // namespace retrograd
