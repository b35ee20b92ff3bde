#include <retrograd/ops/kernels/conv/conv_planes.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/conv/conv_results.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::planes {

namespace {

using std::int64_t;

constexpr int64_t kBand = 8;  // rows of results whose pixels are copied together

// Lengths are in elements. The planes of a band are copied with their padding: rows of `line`.
struct Sizes {
  explicit Sizes(const ConvGeometry& g)
      : channels(g.in_channels),
        height(g.input[1]),
        width(g.input[2]),
        filters(g.out_channels),
        rows(g.output[1]),
        columns(g.output[2]),
        kernel(g.kernel),
        stride(g.stride),
        dilation(g.dilation),
        top(g.pad_before[1]),
        left(g.pad_before[2]),
        line((columns - 1) * stride[2] + (kernel[2] - 1) * dilation[2] + 1),
        band_rows((kBand - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1) {}

  int64_t taps() const { return channels * kernel[1] * kernel[2]; }
  int64_t plane() const { return band_rows * line; }

  int64_t channels, height, width;
  int64_t filters, rows, columns;
  Spatial kernel, stride, dilation;
  int64_t top, left;
  int64_t line, band_rows;
};

// Where each tap lies behind the first one in the planes of a band.
Tensor offsets_of(const Sizes& s) {
  Tensor result = empty_tensor({s.taps()}, int64);
  auto* to = result.raw<int64_t>();
  for (int64_t c = 0; c < s.channels; ++c) {
    for (int64_t kh = 0; kh < s.kernel[1]; ++kh) {
      for (int64_t kw = 0; kw < s.kernel[2]; ++kw) {
        *to++ = c * s.plane() + kh * s.dilation[1] * s.line + kw * s.dilation[2];
      }
    }
  }
  return result;
}

// The pixels that rows first to last - 1 of the results read.
void copy_band(const float* image, const Strides& strides, int64_t first, int64_t last,
               const Sizes& s, float* to) {
  const int64_t count = std::clamp<int64_t>(s.line - s.left, 0, s.width);
  const int64_t before = std::min(s.left, s.line);
  const int64_t rows = (last - first - 1) * s.stride[1] + (s.kernel[1] - 1) * s.dilation[1] + 1;
  for (int64_t c = 0; c < s.channels; ++c) {
    for (int64_t row = 0; row < rows; ++row) {
      float* const line = to + c * s.plane() + row * s.line;
      const int64_t h = first * s.stride[1] - s.top + row;
      if (h < 0 || h >= s.height) {
        std::fill_n(line, s.line, 0.0F);
        continue;
      }
      const float* const from = image + c * strides[1] + h * strides[2];
      std::fill_n(line, before, 0.0F);
      std::copy_n(from, count, line + before);
      std::fill(line + before + count, line + s.line, 0.0F);
    }
  }
}

}  // namespace

bool suits(const Tensor& x, const ConvGeometry& g) {
  constexpr int64_t kMostChannels = 4;
  constexpr int64_t kLeastWork = 1 << 16;
  // Measured against oneDNN: narrower results leave most of their vectors empty.
  constexpr int64_t kLeastColumns = results::kMostTogether;
  return x.strides().back() == 1 && g.output[2] >= kLeastColumns && g.dtype == float32 &&
         g.groups == 1 && g.spatial_rank == 2 && g.in_channels <= kMostChannels &&
         g.out_channels % results::kLanes == 0 && std::min(g.pad_before[1], g.pad_before[2]) >= 0 &&
         detail::best_instructions() == detail::Instructions::avx512 &&
         g.batch * g.output[1] * g.output[2] * g.out_channels * g.in_channels * g.kernel[1] *
                 g.kernel[2] >
             kLeastWork;
}

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu) {
  const Sizes s(geometry);
  const Tensor weights = results::packed_filters(weight, s.filters, s.taps());
  const Tensor shift = results::bias_of(bias, s.filters);
  const Tensor offsets = offsets_of(s);
  Tensor out = empty_channels_last(geometry.output_shape(), float32);
  const results::Filters filters{.weights = weights.raw<float>(),
                                 .bias = shift.raw<float>(),
                                 .taps = s.taps(),
                                 .count = s.filters,
                                 .limit = lower_limit<float>(relu)};
  const int64_t bands = detail::divided_up(s.rows, kBand);
  const int64_t work = kBand * s.columns * s.filters * s.taps();
  const int64_t pieces = detail::pieces_of(geometry.batch * bands, 8 * detail::kGrain / work + 1);
  const int lanes = detail::lanes_for(pieces);
  const LaneScratch scratch(s.channels * s.plane() * int64_t{sizeof(float)}, lanes);
  detail::for_pieces(
      geometry.batch * bands, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
        float* const planes = scratch.of_lane<float>(lane);
        for (int64_t i = begin; i < end; ++i) {
          const int64_t first = i % bands * kBand;
          const int64_t last = std::min(first + kBand, s.rows);
          copy_band(x.raw<float>() + i / bands * x.strides()[0], x.strides(), first, last, s,
                    planes);
          float* const to = out.raw<float>() + (i / bands * s.rows + first) * s.columns * s.filters;
          with_vectors([&]<std::size_t kOwn>() RETROGRAD_INLINE {
            if constexpr (kOwn == results::kBytes) {
              for (int64_t row = 0; row < last - first; ++row) {
                results::results_of_all(planes + row * s.stride[1] * s.line, s.stride[2], s.columns,
                                        static_cast<const int64_t*>(offsets.raw<int64_t>()),
                                        filters, to + row * s.columns * s.filters);
              }
            }
          });
        }
      });
  return out;
}

}  // namespace retrograd::kernels::planes
