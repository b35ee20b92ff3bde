#include <retrograd/ops/kernels/conv/conv_vectors.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/conv/conv_results.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::in_vectors {

namespace {

using std::int64_t;

constexpr int64_t kLeast = 8;  // results that are summed together, so that units are never idle
constexpr int64_t kMost = results::kMostTogether;

int64_t work_of(const ConvGeometry& g) {
  return g.batch * g.output[1] * g.output[2] * g.out_channels * g.in_channels * g.kernel[1] *
         g.kernel[2];
}

// Where each tap lies behind the first one in a channels-last image.
Tensor offsets_of(const ConvGeometry& g) {
  Tensor result = empty_tensor({g.in_channels * g.kernel[1] * g.kernel[2]}, int64);
  auto* to = result.raw<int64_t>();
  for (int64_t c = 0; c < g.in_channels; ++c) {
    for (int64_t kh = 0; kh < g.kernel[1]; ++kh) {
      for (int64_t kw = 0; kw < g.kernel[2]; ++kw) {
        *to++ = (kh * g.dilation[1] * g.input[2] + kw * g.dilation[2]) * g.in_channels + c;
      }
    }
  }
  return result;
}

// A row of `count` results, some of which are summed together: an even number, for less code.
template <int64_t kTogether>
[[gnu::always_inline]] inline void row_of(const float* x, int64_t step, int64_t count,
                                          int64_t together, const int64_t* offsets,
                                          const results::Filters& filters, float* to) {
  if constexpr (kTogether < kMost) {
    if (together > kTogether + 1) {
      return row_of<kTogether + 2>(x, step, count, together, offsets, filters, to);
    }
  }
  for (int64_t first = 0; first < filters.count; first += results::kLanes) {
    for (int64_t j = 0; j < count; j += kTogether) {
      const int64_t at = std::min(j, count - kTogether);  // may overlap those before
      results::sum_results<1, kTogether>(x + at * step, step, offsets, filters, first,
                                         to + at * filters.count);
    }
  }
}

}  // namespace

bool suits(const ConvGeometry& g) {
  constexpr int64_t kMostWork = int64_t{1} << 20;  // measured against oneDNN
  return g.dtype == float32 && g.groups == 1 && g.spatial_rank == 2 && g.output[2] >= kLeast &&
         g.out_channels > 0 && g.out_channels % results::kLanes == 0 &&
         g.pad_before == Spatial{0, 0, 0} && g.pad_after == Spatial{0, 0, 0} &&
         detail::best_instructions() == detail::Instructions::avx512 && work_of(g) > 0 &&
         work_of(g) <= kMostWork;
}

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g,
            bool relu) {
  const Tensor images = as_channels_last(x);
  const Tensor offsets = offsets_of(g);
  const Tensor weights = results::packed_filters(weight, g.out_channels, offsets.numel());
  const Tensor shift = results::bias_of(bias, g.out_channels);
  const results::Filters filters{.weights = weights.raw<float>(),
                                 .bias = shift.raw<float>(),
                                 .taps = offsets.numel(),
                                 .count = g.out_channels,
                                 .limit = lower_limit<float>(relu)};
  Tensor out = empty_channels_last(g.output_shape(), float32);
  const int64_t line = g.input[2] * g.in_channels;
  const int64_t columns = g.output[2];
  const int64_t together = detail::divided_up(columns, detail::divided_up(columns, kMost));
  with_vectors([&]<std::size_t kOwn>() RETROGRAD_INLINE {
    if constexpr (kOwn == results::kBytes) {
      for (int64_t i = 0; i < g.batch * g.output[1]; ++i) {
        const int64_t row = i / g.output[1] * g.input[1] + i % g.output[1] * g.stride[1];
        row_of<kLeast>(images.raw<float>() + row * line, g.stride[2] * g.in_channels, columns,
                       together, offsets.raw<int64_t>(), filters,
                       out.raw<float>() + i * columns * g.out_channels);
      }
    }
  });
  return out;
}

}  // namespace retrograd::kernels::in_vectors
