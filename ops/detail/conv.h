// What the convolutions share. Internal.
#pragma once

#include <algorithm>

#include <retrograd/autograd/call.h>
#include <retrograd/ops/conv.h>
#include <retrograd/ops/internal/arguments.h>
#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::convolving {

using kernels::ConvGeometry;

// Products of two sizes of a window stay far from overflow.
inline constexpr std::int64_t kLargestSize = (std::int64_t{1} << 31) - 1;

// The three convolutions are each other's backward. With u, v the gradients that come in:
//   conv(x, w)        : d/dx = input_grad(u, w),  d/dw = weight_grad(x, u)
//   input_grad(g, w)  : d/dg = conv(u, w),        d/dw = weight_grad(u, g)
//   weight_grad(x, g) : d/dx = input_grad(g, v),  d/dg = conv(x, v)
// The first two may add a bias (channels of the result), the first may take ReLU of the sum.
Tensor conv(const Call& call, const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ConvGeometry& geometry, bool relu = false);
Tensor input_grad(const Call& call, const Tensor& grad, const Tensor& weight, const Tensor& bias,
                  const ConvGeometry& geometry);
Tensor weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry);

// Refuses strides, paddings, dilations and groups out of range; `padding` by spatial dimension.
template <std::size_t N, class Options>
void check_options(const Frame& call, const Tensor& x, const Tensor& weight,
                   const Options& options) {
  for (std::size_t d = 0; d < N; ++d) {
    check::require<ValueError>(
        call,
        std::min(options.stride[d], options.dilation[d]) >= 1 && options.padding[d] >= 0 &&
            std::max({options.stride[d], options.dilation[d], options.padding[d]}) <= kLargestSize,
        {{"input", x}, {"weight", weight}},
        "stride {}, padding {}, dilation {} in spatial dimension {}; stride and dilation must be "
        "at least 1, padding at least 0, and all below 2^31 [value-out-of-range]",
        options.stride[d], options.padding[d], options.dilation[d], d);
  }
}

inline void check_groups(const Frame& call, const Tensor& x, const Tensor& weight,
                         std::int64_t groups) {
  check::require<ValueError>(
      call, groups >= 1 && groups <= kLargestSize, {{"input", x}, {"weight", weight}},
      "groups {}; at least 1 is needed, and below 2^31 [value-out-of-range]", groups);
}

// x with or without a batch, and a weight of `weight_rank` dimensions. Returns the channels of x.
template <std::size_t N>
std::int64_t check_ranks(const Frame& call, const Tensor& x, const Tensor& weight,
                         std::int64_t weight_rank) {
  // Of what Autocast made of them: it takes float32 beside bfloat16.
  check::same_dtype(call, "input", x, "weight", weight);
  constexpr auto rank = static_cast<std::int64_t>(N + 2);
  check::require<ShapeError>(
      call, (x.dim() == rank || x.dim() == rank - 1) && weight.dim() == weight_rank,
      {{"input", x}, {"weight", weight}},
      "needs an input of {} dimensions (or {} without a batch) and a weight of {} "
      "[rank-unexpected]",
      rank, rank - 1, weight_rank);
  return x.size(1 - rank);
}

// The convolution of checked tensors, without the sizes of input and output and the padding.
template <std::size_t N, class Options>
ConvGeometry shape_without_sizes(const Tensor& x, const Tensor& weight, const Options& options) {
  ConvGeometry s;
  s.dtype = x.dtype();
  s.spatial_rank = N;
  s.batch = x.dim() == static_cast<std::int64_t>(N + 2) ? x.shape()[0] : 1;
  s.in_channels = weight.shape()[1] * options.groups;
  s.out_channels = weight.shape()[0];
  s.groups = options.groups;
  // Spatial sizes are aligned to the right.
  for (std::size_t d = 0; d < N; ++d) {
    const std::size_t at = s.kernel.size() - N + d;
    s.kernel[at] = weight.shape()[2 + d];
    s.stride[at] = options.stride[d];
    s.dilation[at] = options.dilation[d];
  }
  return s;
}

}  // namespace retrograd::convolving
