/// @file
/// Matrix products. Throws ShapeError for factors that do not fit, DTypeError for two dtypes.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// As PyTorch: vector . vector gives a scalar; matrix . vector and vector . matrix a vector; in all
/// other cases the last two dimensions are matrices and those before them broadcast.
RETROGRAD_API Tensor matmul(const Tensor& a, const Tensor& b, Where where = {});

/// x weight^T + bias: x is (..., in), weight (out, in), bias (out) or undefined.
RETROGRAD_API Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            Where where = {});
/// relu of linear, in one operator.
RETROGRAD_API Tensor linear_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                 Where where = {});

}  // namespace retrograd
