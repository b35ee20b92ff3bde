/// @file
/// Products of vectors and matrices of fixed rank; matmul.h has the one of any rank. Throws
/// ShapeError for another rank or lengths that do not fit, DTypeError for two dtypes.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// The sum of a[i] b[i] of two vectors of one length; a scalar.
RETROGRAD_API Tensor dot(const Tensor& a, const Tensor& b, Where where = {});
/// y[i][j] = a[i] b[j] of two vectors.
RETROGRAD_API Tensor outer(const Tensor& a, const Tensor& b, Where where = {});
/// (n, k) by (k, m).
RETROGRAD_API Tensor mm(const Tensor& a, const Tensor& b, Where where = {});
/// (batch, n, k) by (batch, k, m), matrix by matrix.
RETROGRAD_API Tensor bmm(const Tensor& a, const Tensor& b, Where where = {});

/// Options, given as {.name = value}; what is left out keeps its default.
struct AddmmOptions {
  double beta = 1;   ///< With 0 the input is not read, so that its NaN do not count.
  double alpha = 1;  ///< Factor, as the formula says.
};

/// beta input + alpha a b; input broadcasts to (n, m), or to (batch, n, m).
RETROGRAD_API Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b,
                           AddmmOptions options = {}, Where where = {});
/// beta input + alpha a b; input broadcasts to (n, m), or to (batch, n, m).
RETROGRAD_API Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b,
                             AddmmOptions options = {}, Where where = {});

/// y[..., o] = sum over i and j of x1[..., i] weight[o][i][j] x2[..., j], plus bias[o]: x1 (...,
/// in1) and x2 (..., in2) with equal leading dimensions, weight (out, in1, in2), bias (out) or
/// undefined.
RETROGRAD_API Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight,
                              const Tensor& bias = {}, Where where = {});

}  // namespace retrograd
