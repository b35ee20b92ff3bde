// Convolutions, in the sense of the field: cross-correlation, no flipped filter.
#pragma once

#include <cstdint>

#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

template <std::size_t N>
struct ConvOptions {
  Size<N> stride = 1;
  Padding<N> padding = 0;  // or valid, or same
  Size<N> dilation = 1;
  std::int64_t groups = 1;
};

// x (N, C, L) or (C, L), weight (O, C / groups, K), bias (O) or undefined; gives (N, O, L') with
// L' = (L + 2 padding - dilation (K - 1) - 1) / stride + 1, rounded down:
//   out[n, o, i] = bias[o] + sum over c, k of weight[o, c, k] x[n, c, i stride + k dilation -
//   padding]
// Results have channels-last strides. Throws ShapeError, DTypeError or ValueError.
RETROGRAD_API Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            const ConvOptions<1>& options = {}, Where where = {});
// The same for x (N, C, H, W) or (C, H, W) and weight (O, C / groups, KH, KW).
RETROGRAD_API Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            const ConvOptions<2>& options = {}, Where where = {});

}  // namespace retrograd
