#include <retrograd/ops/kernels/conv/conv_planes.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm_tile.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::planes {

namespace {

using std::int64_t;

constexpr std::size_t kBytes = 64;
constexpr int64_t kLanes = 16;
constexpr int64_t kMostVectors = 2;
constexpr int64_t kSums = 16;  // vectors of results that are summed together
constexpr int64_t kBand = 8;   // rows of results whose pixels are copied together
using Vector = gemm_tile::Vectors<float, kBytes>::Vector;

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

// For each vector of filters, its bias and its weights of each tap.
Tensor packed(const Tensor& weight, const Tensor& bias, const Sizes& s) {
  const Tensor w = as_contiguous(weight);
  const int64_t block = s.taps() + 1;
  Tensor result = empty_tensor({s.filters / kLanes, block, kLanes}, float32);
  for (int64_t f = 0; f < s.filters; ++f) {
    float* const to = result.raw<float>() + f / kLanes * block * kLanes + f % kLanes;
    to[0] = bias.defined() ? bias.raw<float>()[f * bias.strides()[0]] : 0.0F;
    for (int64_t t = 0; t < s.taps(); ++t) {
      to[(t + 1) * kLanes] = w.raw<float>()[f * s.taps() + t];
    }
  }
  return result;
}

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

// kResults neighbouring results of kVectors vectors of filters.
template <int kVectors, int64_t kResults>
[[gnu::always_inline]] inline void results(const float* x, int64_t step, const int64_t* offsets,
                                           int64_t taps, const float* weights, float limit,
                                           float* to, int64_t filters) {
  const int64_t block = (taps + 1) * kLanes;
  Vector sums[kResults][kVectors];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) {
    Vector bias;
    gemm_tile::load<float, kBytes>(weights + v * block, bias);
#pragma GCC unroll 16
    for (int64_t i = 0; i < kResults; ++i) {
      sums[i][v] = bias;
    }
  }
  for (int64_t t = 0; t < taps; ++t) {
    weights += kLanes;
    Vector right[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      gemm_tile::load<float, kBytes>(weights + v * block, right[v]);
    }
    const float* const at = x + offsets[t];
#pragma GCC unroll 16
    for (int64_t i = 0; i < kResults; ++i) {
      const Vector pixel = at[i * step] - Vector{};
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        sums[i][v] += pixel * right[v];
      }
    }
  }
#pragma GCC unroll 16
  for (int64_t i = 0; i < kResults; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const Vector sum = sums[i][v] < limit ? Vector{} : sums[i][v];
      std::memcpy(to + i * filters + v * kLanes, &sum, kBytes);
    }
  }
}

template <int kVectors>
[[gnu::always_inline]] inline void row_of_results(const float* x, const int64_t* offsets,
                                                  const float* weights, float limit, float* to,
                                                  const Sizes& s) {
  constexpr int64_t kTogether = kSums / kVectors;
  const int64_t step = s.stride[2];
  int64_t j = 0;
  for (; s.columns >= kTogether && j < s.columns; j += kTogether) {
    j = std::min(j, s.columns - kTogether);  // the last ones may overlap those before
    results<kVectors, kTogether>(x + j * step, step, offsets, s.taps(), weights, limit,
                                 to + j * s.filters, s.filters);
  }
  for (; j < s.columns; ++j) {
    results<kVectors, 1>(x + j * step, step, offsets, s.taps(), weights, limit, to + j * s.filters,
                         s.filters);
  }
}

// Rows of results from the planes of their band.
[[gnu::always_inline]] inline void band_of_results(const float* planes, int64_t rows,
                                                   const int64_t* offsets, const float* weights,
                                                   float limit, float* to, const Sizes& s) {
  const int64_t block = (s.taps() + 1) * kLanes;
  for (int64_t row = 0; row < rows; ++row) {
    const float* const x = planes + row * s.stride[1] * s.line;
    float* const own = to + row * s.columns * s.filters;
    int64_t f = 0;
    for (; f + kMostVectors * kLanes <= s.filters; f += kMostVectors * kLanes) {
      row_of_results<kMostVectors>(x, offsets, weights + f / kLanes * block, limit, own + f, s);
    }
    if (f < s.filters) {
      row_of_results<1>(x, offsets, weights + f / kLanes * block, limit, own + f, s);
    }
  }
}

}  // namespace

bool suits(const Tensor& x, const ConvGeometry& g) {
  constexpr int64_t kMostChannels = 4;
  constexpr int64_t kLeastWork = 1 << 16;
  // Measured against oneDNN: narrower results leave most of their vectors empty.
  constexpr int64_t kLeastColumns = kSums;
  return x.strides().back() == 1 && g.output[2] >= kLeastColumns && g.dtype == float32 &&
         g.groups == 1 && g.spatial_rank == 2 && g.in_channels <= kMostChannels &&
         g.out_channels % kLanes == 0 && std::min(g.pad_before[1], g.pad_before[2]) >= 0 &&
         detail::best_instructions() == detail::Instructions::avx512 &&
         g.batch * g.output[1] * g.output[2] * g.out_channels * g.in_channels * g.kernel[1] *
                 g.kernel[2] >
             kLeastWork;
}

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu) {
  const Sizes s(geometry);
  const Tensor weights = packed(weight, bias, s);
  const Tensor offsets = offsets_of(s);
  Tensor out = empty_channels_last(geometry.output_shape(), float32);
  const auto limit = lower_limit<float>(relu);
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
            if constexpr (kOwn == kBytes) {
              band_of_results(planes, last - first, offsets.raw<int64_t>(), weights.raw<float>(),
                              limit, to, s);
            }
          });
        }
      });
  return out;
}

}  // namespace retrograd::kernels::planes
