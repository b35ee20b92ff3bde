#include <retrograd/ops/kernels/conv/conv_pairs.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm_tile.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/prepared_weights.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::pairs {

namespace {

using std::int64_t;

constexpr std::size_t kBytes = 64;
constexpr int64_t kFilters = 8;
constexpr int64_t kLanes = 2 * kFilters;
constexpr int64_t kPairs = 14;  // in registers
constexpr int64_t kTile = 2 * kPairs;
constexpr int64_t kBand = 14;  // rows of results whose pixels are laid out together
using Vector = gemm_tile::Vectors<float, kBytes>::Vector;
using Half [[gnu::vector_size(kFilters * sizeof(float))]] = float;

// Rows of pixels that so many rows of results read.
int64_t rows_below(int64_t results, const ConvGeometry& g) {
  return (results - 1) * g.stride[1] + (g.kernel[1] - 1) * g.dilation[1] + 1;
}

// Lengths are in pairs of pixels.
struct Sizes {
  explicit Sizes(const ConvGeometry& g)
      : line(kPairs + (g.kernel[2] - 1) * g.dilation[2]),
        band(std::min(kBand, g.output[1])),
        plane(line * rows_below(band, g)) {}
  int64_t line, band, plane;
};

struct Doubled {
  bool operator==(const Doubled&) const = default;
};

// Values (filters, taps) as (taps, kLanes): those of all filters, twice.
Tensor doubled(const Tensor& values, int64_t filters, int64_t taps) {
  const Tensor from = values.defined() ? as_contiguous(values) : Tensor();
  Tensor result = empty_tensor({taps, kLanes}, float32);
  std::fill_n(result.raw<float>(), result.numel(), 0.0F);
  for (int64_t f = 0; f < filters && values.defined(); ++f) {
    for (int64_t t = 0; t < taps; ++t) {
      float* const to = result.raw<float>() + t * kLanes + f;
      to[0] = to[kFilters] = from.raw<float>()[f * taps + t];
    }
  }
  return result;
}

// Lays out, for each position of a line, the pixel there and the one kPairs behind it, 8 times
// each. `padded`: scratch for the pixels of a line.
[[gnu::always_inline, maybe_unused]] inline void lay_out(const float* image, const Strides& strides,
                                                         int64_t first_row, int64_t results,
                                                         int64_t first_column,
                                                         const ConvGeometry& g, const Sizes& s,
                                                         float* padded, float* to) {
  const int64_t width = s.line + kPairs;
  const int64_t rows = rows_below(results, g);
  const int64_t left = first_column - g.pad_before[2];
  const int64_t begin = std::clamp<int64_t>(-left, 0, width);
  const int64_t end = std::clamp(g.input[2] - left, begin, width);
  for (int64_t c = 0; c < g.in_channels; ++c) {
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t h = first_row * g.stride[1] - g.pad_before[1] + row;
      std::fill_n(padded, width, 0.0F);
      if (h >= 0 && h < g.input[1]) {
        const float* const from = image + c * strides[1] + h * strides[2];
        for (int64_t i = begin; i < end; ++i) {
          padded[i] = from[(left + i) * strides[3]];
        }
      }
      float* const line = to + (c * s.plane + row * s.line) * kLanes;
      for (int64_t i = 0; i < s.line; ++i) {
        std::fill_n(line + i * kLanes, kFilters, padded[i]);
        std::fill_n(line + i * kLanes + kFilters, kFilters, padded[i + kPairs]);
      }
    }
  }
}

struct Weights {
  const float* taps;
  const float* bias;
  float limit;  // results below it become 0
};

// kTile results of all filters, from the pixels of a band.
[[gnu::always_inline, maybe_unused]] inline void results_of(const float* pixels,
                                                            const ConvGeometry& g, const Sizes& s,
                                                            const Weights& weights, float* to) {
  Vector sums[kPairs];
  Vector right;
  gemm_tile::load<float, kBytes>(weights.bias, right);
#pragma GCC unroll 14
  for (int64_t i = 0; i < kPairs; ++i) {
    sums[i] = right;
  }
  const float* tap = weights.taps;
  for (int64_t c = 0; c < g.in_channels; ++c) {
    for (int64_t kh = 0; kh < g.kernel[1]; ++kh) {
      const float* line = pixels + (c * s.plane + kh * g.dilation[1] * s.line) * kLanes;
      for (int64_t kw = 0; kw < g.kernel[2]; ++kw, line += g.dilation[2] * kLanes, tap += kLanes) {
        gemm_tile::load<float, kBytes>(tap, right);
#pragma GCC unroll 14
        for (int64_t i = 0; i < kPairs; ++i) {
          Vector pixel;
          gemm_tile::load<float, kBytes>(line + i * kLanes, pixel);
          sums[i] += pixel * right;
        }
      }
    }
  }
  // A store ends in the next result, which is stored after it. The last one must not.
  const int64_t filters = g.out_channels;
#pragma GCC unroll 14
  for (int64_t i = 0; i < kPairs; ++i) {
    sums[i] = sums[i] < weights.limit ? Vector{} : sums[i];
    const Half half = __builtin_shufflevector(sums[i], sums[i], 0, 1, 2, 3, 4, 5, 6, 7);
    std::memcpy(to + i * filters, &half, sizeof half);
  }
#pragma GCC unroll 14
  for (int64_t i = 0; i < kPairs; ++i) {
    const Half half = __builtin_shufflevector(sums[i], sums[i], 8, 9, 10, 11, 12, 13, 14, 15);
    if (i + 1 < kPairs) {
      std::memcpy(to + (kPairs + i) * filters, &half, sizeof half);
    } else {
      for (int64_t f = 0; f < filters; ++f) {
        to[(kPairs + i) * filters + f] = half[f];
      }
    }
  }
}

}  // namespace

bool suits(const ConvGeometry& g) {
  constexpr int64_t kMostChannels = 4;
  if (g.dtype != float32 || g.groups != 1 || g.spatial_rank != 2 || g.stride[2] != 1 ||
      g.in_channels <= 0 || g.in_channels > kMostChannels || g.out_channels <= kFilters / 2 ||
      g.out_channels > kFilters || g.output[2] < kTile || g.output[2] % kTile != 0 ||
      g.batch * g.output[1] <= 0 || std::min(g.pad_before[1], g.pad_before[2]) < 0 ||
      detail::best_instructions() != detail::Instructions::avx512) {
    return false;
  }
  const int64_t taps = g.kernel[1] * g.kernel[2];
  const Sizes s(g);  // of large strides and dilations, most of the time would be spent in lay_out()
  return taps > 1 && s.plane <= s.band * kPairs * taps;
}

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g,
            bool relu) {
  const Sizes s(g);
  const int64_t taps = g.in_channels * g.kernel[1] * g.kernel[2];
  const Tensor filters = PreparedWeights::laid_out(
      weight, Doubled{}, [&] { return doubled(weight, g.out_channels, taps); });
  const Tensor shift = doubled(bias, g.out_channels, 1);
  const Weights weights{filters.raw<float>(), shift.raw<float>(), lower_limit<float>(relu)};
  Tensor out = empty_channels_last(g.output_shape(), float32);
  const int64_t tiles = g.output[2] / kTile;
  const int64_t bands = detail::divided_up(g.output[1], kBand);
  const int64_t all = g.batch * bands * tiles;
  const int64_t pieces =
      detail::pieces_of(all, 8 * detail::kGrain / (kBand * kTile * kFilters * taps) + 1);
  const int lanes = detail::lanes_for(pieces);
  const int64_t of_pixels = g.in_channels * s.plane * kLanes;
  const LaneScratch scratch((of_pixels + s.line + kPairs) * int64_t{sizeof(float)}, lanes);
  detail::for_pieces(all, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
    float* const pixels = scratch.of_lane<float>(lane);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t column = i % tiles * kTile;
      const int64_t first = i / tiles % bands * kBand;
      const int64_t image = i / tiles / bands;
      const int64_t last = std::min(first + kBand, g.output[1]);
      const float* const from = x.raw<float>() + image * x.strides()[0];
      with_vectors([&]<std::size_t kOwn>() RETROGRAD_INLINE {
        if constexpr (kOwn == kBytes) {
          lay_out(from, x.strides(), first, last - first, column, g, s, pixels + of_pixels, pixels);
          for (int64_t row = first; row < last; ++row) {
            results_of(pixels + (row - first) * g.stride[1] * s.line * kLanes, g, s, weights,
                       out.raw<float>() +
                           ((image * g.output[1] + row) * g.output[2] + column) * g.out_channels);
          }
        }
      });
    }
  });
  return out;
}

}  // namespace retrograd::kernels::pairs
