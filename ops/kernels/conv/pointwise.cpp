#include <retrograd/ops/kernels/conv/pointwise.h>

#include <algorithm>

#include <retrograd/ops/kernels/conv/conv_results.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::pointwise {

namespace {

using std::int64_t;

// The taps of a filter are the channels of one pixel.
struct InOrder {
  int64_t operator[](int64_t t) const { return t; }
};

int64_t pixels_of(const ConvGeometry& g) {
  return g.batch * g.output[0] * g.output[1] * g.output[2];
}

}  // namespace

bool suits(const ConvGeometry& g) {
  // Measured against oneDNN: of more channels, the weights of two vectors of filters leave the
  // first cache.
  constexpr int64_t kMostChannels = 256;
  constexpr int64_t kLeastPixels = 64;
  const Spatial ones{1, 1, 1};
  return g.dtype == float32 && g.groups == 1 && g.kernel == ones && g.stride == ones &&
         g.input == g.output && g.out_channels > 0 && g.out_channels % results::kLanes == 0 &&
         g.in_channels >= results::kLanes && g.in_channels <= kMostChannels &&
         pixels_of(g) >= kLeastPixels && g.pad_before == Spatial{0, 0, 0} &&
         detail::best_instructions() == detail::Instructions::avx512;
}

Mixing::Mixing(const Tensor& weight, const Tensor& bias, const ConvGeometry& g)
    : channels_(g.in_channels),
      weights_(results::packed_filters(weight, g.out_channels, g.in_channels)),
      shift_(results::bias_of(bias, g.out_channels)) {}

void Mixing::operator()(const float* pixels, int64_t count, float* to) const {
  const results::Filters filters{.weights = weights_.raw<float>(),
                                 .bias = shift_.raw<float>(),
                                 .taps = channels_,
                                 .count = shift_.numel(),
                                 .limit = lower_limit<float>(true)};
  with_vectors([&]<std::size_t kOwn>() RETROGRAD_INLINE {
    if constexpr (kOwn == results::kBytes) {
      results::results_of_all(pixels, channels_, count, InOrder{}, filters, to);
    }
  });
}

Tensor conv_relu(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g) {
  constexpr int64_t kBlock = 96;  // pixels that stay in the second cache for all filters
  const Tensor images = as_channels_last(x);
  const Mixing mixing(weight, bias, g);
  Tensor out = empty_channels_last(g.output_shape(), float32);
  detail::parallel_ranges(
      pixels_of(g), 8 * detail::kGrain / (g.in_channels * g.out_channels) + kBlock,
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i += kBlock) {
          mixing(images.raw<float>() + i * g.in_channels, std::min(kBlock, end - i),
                 out.raw<float>() + i * g.out_channels);
        }
      });
  return out;
}

}  // namespace retrograd::kernels::pointwise
