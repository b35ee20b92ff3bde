// The sizes and the weights of depthwise.h, as its loops read them. Internal.
#pragma once

#include <algorithm>
#include <cstdint>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/prepared_weights.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::depthwise {

using std::int64_t;

// Images (batch, height, width, channels) and results (batch, rows, columns, channels).
struct Sizes {
  int64_t batch;
  int64_t channels;
  int64_t height;
  int64_t width;
  int64_t rows;
  int64_t columns;
  int64_t filter_height;
  int64_t filter_width;
  int64_t down;  // strides
  int64_t across;
  int64_t top;  // padding
  int64_t left;
  int64_t down_apart;  // dilations
  int64_t across_apart;

  explicit Sizes(const ConvGeometry& g)
      : batch(g.batch),
        channels(g.in_channels),
        height(g.input[1]),
        width(g.input[2]),
        rows(g.output[1]),
        columns(g.output[2]),
        filter_height(g.kernel[1]),
        filter_width(g.kernel[2]),
        down(g.stride[1]),
        across(g.stride[2]),
        top(g.pad_before[1]),
        left(g.pad_before[2]),
        down_apart(g.dilation[1]),
        across_apart(g.dilation[2]) {}

  int64_t taps() const { return filter_height * filter_width; }
};

inline Tensor filled(int64_t count, DType dtype, float value) {
  const Tensor result = empty_tensor({count}, dtype);
  for_floating(dtype, [&]<class T>() { std::fill_n(result.raw<T>(), count, convert<T>(value)); });
  return result;
}

struct ByTaps {
  bool operator==(const ByTaps&) const = default;
};

// The weights (channels, taps) as (taps, channels) in float32.
inline Tensor by_taps(const Tensor& weight, const Sizes& s) {
  return PreparedWeights::laid_out(weight, ByTaps{}, [&] {
    const Tensor wide = as_contiguous(converted(weight, float32));
    Tensor result = empty_tensor({s.taps(), s.channels}, float32);
    for (int64_t t = 0; t < s.taps(); ++t) {
      for (int64_t c = 0; c < s.channels; ++c) {
        result.raw<float>()[t * s.channels + c] = wide.raw<float>()[c * s.taps() + t];
      }
    }
    return result;
  });
}

// Calls f(begin, end) for lines, each of so much work, by several threads.
template <class F>
void for_lines(int64_t lines, int64_t work, const F& f) {
  detail::parallel_ranges(lines, 8 * detail::kGrain / std::max<int64_t>(work, 1) + 1, f);
}

}  // namespace retrograd::kernels::depthwise
