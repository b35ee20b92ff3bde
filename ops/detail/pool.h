// What the pooling operators share. Internal.
#pragma once

#include <algorithm>

#include <retrograd/autograd/call.h>
#include <retrograd/ops/internal/arguments.h>
#include <retrograd/ops/kernels/pool/pool.h>
#include <retrograd/ops/pool.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::pooling {

using kernels::PoolGeometry;

// Products of two sizes of a window stay far from overflow.
inline constexpr std::int64_t kLargestSize = (std::int64_t{1} << 31) - 1;

// x (N, C, spatial...), recorded as the call.
Tensor max_pool(const Call& call, const Tensor& x, const PoolGeometry& geometry);
ValuesAndIndices max_pool_with_indices(const Call& call, const Tensor& x,
                                       const PoolGeometry& geometry);
Tensor average(const Call& call, const Tensor& x, const PoolGeometry& geometry);
// Adds each value at its position in zeros of shape.input.
Tensor scatter(const Call& call, const Tensor& x, const Tensor& positions,
               const PoolGeometry& geometry);

template <std::size_t N>
void check_input(const Frame& call, const Tensor& x) {
  check::floating(call, x);
  constexpr auto rank = static_cast<std::int64_t>(N);
  if (x.dim() != rank + 1 && x.dim() != rank + 2) {
    constexpr const char* sizes[] = {"L", "H, W", "D, H, W"};
    check::refuse<ShapeError>(call, {{"input", x}},
                              "needs an input (N, C, {}) or (C, {}) [rank-unexpected]",
                              sizes[N - 1], sizes[N - 1]);
  }
}

// The spatial sizes of x, without windows.
template <std::size_t N>
PoolGeometry input_shape(const Tensor& x) {
  PoolGeometry s;
  s.spatial_rank = N;
  for (std::size_t d = 0; d < N; ++d) {
    s.input[3 - N + d] = x.shape()[x.shape().size() - N + d];
  }
  return s;
}

// Checks the input too.
template <std::size_t N>
PoolGeometry shape_of(const Frame& call, const Tensor& x, Size<N> kernel,
                      const MaxPoolOptions<N>& options) {
  check_input<N>(call, x);
  PoolGeometry s = input_shape<N>(x);
  const Size<N> stride = options.stride.value_or(kernel);
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t d = 3 - N + i;
    s.kernel[d] = kernel[i];
    s.stride[d] = stride[i];
    s.padding[d] = options.padding[i];
    s.dilation[d] = options.dilation[i];
    const auto [least, most] = std::minmax({s.kernel[d], s.stride[d], s.dilation[d]});
    check::require<ValueError>(
        call,
        least >= 1 && most <= kLargestSize && s.padding[d] >= 0 && s.padding[d] <= s.kernel[d] / 2,
        {{"input", x}},
        "kernel {}, stride {}, padding {}, dilation {} in spatial dimension {}; all but "
        "padding must be at least 1 and below 2^31, padding at most half the kernel "
        "[value-out-of-range]",
        s.kernel[d], s.stride[d], s.padding[d], s.dilation[d], i);
    const std::int64_t span = s.dilation[d] * (s.kernel[d] - 1) + 1;
    const std::int64_t padded = s.input[d] + 2 * s.padding[d];
    const std::int64_t room = padded - span + (options.ceil_mode ? s.stride[d] - 1 : 0);
    check::require<ShapeError>(
        call, room >= 0 && s.input[d] > 0, {{"input", x}},
        "the window spans {} but the padded input only {} in spatial dimension {} [output-empty]",
        span, padded, i);
    s.output[d] = room / s.stride[d] + 1;
    // A window must start inside the input or its left padding.
    if (options.ceil_mode && (s.output[d] - 1) * s.stride[d] >= s.input[d] + s.padding[d]) {
      --s.output[d];
    }
  }
  return s;
}

// Calls pool(x with a batch) and takes away the batch that was added.
template <std::size_t N, class Pool>
Tensor with_batch(const Tensor& x, Pool&& pool) {
  return x.shape().size() == N + 2 ? pool(x) : squeeze(pool(unsqueeze(x, 0)), 0);
}

template <std::size_t N>
ValuesAndIndices batched_with_indices(const Call& call, const Tensor& x,
                                      const PoolGeometry& geometry) {
  if (x.shape().size() == N + 2) {
    return max_pool_with_indices(call, x, geometry);
  }
  const ValuesAndIndices found = max_pool_with_indices(call, unsqueeze(x, 0), geometry);
  return {squeeze(found.values, 0), squeeze(found.indices, 0)};
}

}  // namespace retrograd::pooling
