#include <algorithm>
#include <array>
#include <cstddef>

#include <retrograd/ops/kernels/conv/depthwise.h>
#include <retrograd/ops/kernels/conv/depthwise_loops.h>
#include <retrograd/ops/kernels/conv/depthwise_sizes.h>
#include <retrograd/ops/kernels/conv/pointwise.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::depthwise {

namespace {

constexpr int64_t kWidth = 3;  // of the filters
constexpr std::size_t kVector = 64;

constexpr int64_t kMostRows = 3;  // of the filters

// A row of results, and the rows of the image and of the filters that it reads.
struct Row {
  std::array<const float*, kMostRows> images;
  std::array<const float*, kMostRows> weights;  // kWidth of all channels
  std::size_t count = 0;
  const float* bias;
  float limit;  // results below it become 0
  float* to;
};

template <std::size_t kBytes>
[[gnu::always_inline]] inline void store_limited(const Vector<kBytes>& sum, float limit,
                                                 float* to) {
  store<kBytes>(sum < limit ? Vector<kBytes>{} : sum, to);
}

// Result j of channels from c on, of which some columns may lie outside the image.
template <std::size_t kBytes>
[[gnu::always_inline]] inline void result_at_edge(const Row& row, const Sizes& s, int64_t c,
                                                  int64_t j) {
  const int64_t first = j * s.across - s.left;
  Vector<kBytes> sum;
  load<kBytes>(row.bias + c, sum);
  for (std::size_t r = 0; r < row.count; ++r) {
    for (int64_t k = std::max<int64_t>(-first, 0); k < std::min(kWidth, s.width - first); ++k) {
      Vector<kBytes> value;
      Vector<kBytes> weight;
      load<kBytes>(row.images[r] + (first + k) * s.channels + c, value);
      load<kBytes>(row.weights[r] + k * s.channels + c, weight);
      sum += value * weight;
    }
  }
  store_limited<kBytes>(sum, row.limit, row.to + j * s.channels + c);
}

// The results of a row of which some columns lie outside the image: before `begin`, from `end` on.
struct Edges {
  int64_t begin;
  int64_t end;
  // One result, of which one column does.
  bool one_before;
  bool one_after;
};

// Results of channels from c on, of kRows rows of the image: the weights stay in registers. At each
// edge, it takes a single one.
template <std::size_t kBytes, int kStep, std::size_t kRows>
[[gnu::always_inline]] inline void results_within(const Row& row, const Sizes& s, int64_t c,
                                                  const Edges& edges) {
  constexpr int kColumns = (kTogether - 1) * kStep + static_cast<int>(kWidth);
  const int64_t begin = edges.begin;
  const int64_t end = edges.end;
  Vector<kBytes> weights[kRows][kWidth];
#pragma GCC unroll 3
  for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 3
    for (int k = 0; k < kWidth; ++k) {
      load<kBytes>(row.weights[r] + k * s.channels + c, weights[r][k]);
    }
  }
  Vector<kBytes> bias;
  load<kBytes>(row.bias + c, bias);
  // Result j, of the columns that weights kFirst and the next one see.
  const auto result_of_two = [&]<int kFirst>(int64_t j) RETROGRAD_INLINE {
    const int64_t first = (j * kStep - s.left) * s.channels + c;
    Vector<kBytes> sum = bias;
#pragma GCC unroll 3
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
      for (int k = kFirst; k < kFirst + 2; ++k) {
        Vector<kBytes> value;
        load<kBytes>(row.images[r] + first + k * s.channels, value);
        sum += value * weights[r][k];
      }
    }
    store_limited<kBytes>(sum, row.limit, row.to + j * s.channels + c);
  };
  if (edges.one_before) {
    result_of_two.template operator()<1>(0);
  }
  for (int64_t i = begin; i < end; i += kTogether) {
    const int64_t j = std::min(i, end - kTogether);  // the last ones may overlap those before
    const int64_t first = (j * kStep - s.left) * s.channels + c;
    Vector<kBytes> sums[kTogether];
#pragma GCC unroll 4
    for (auto& sum : sums) {
      sum = bias;
    }
#pragma GCC unroll 3
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 9
      for (int column = 0; column < kColumns; ++column) {
        Vector<kBytes> value;
        load<kBytes>(row.images[r] + first + column * s.channels, value);
        asm("" : "+v"(value));  // read once, not by each product
        if (r == kRows - 1) {   // the row that the next results read
          __builtin_prefetch(row.images[r] + first + (s.width + column) * s.channels);
        }
#pragma GCC unroll 4
        for (int own = 0; own < kTogether; ++own) {
          const int k = column - own * kStep;
          if (k >= 0 && k < kWidth) {
            sums[own] += value * weights[r][k];
          }
        }
      }
    }
#pragma GCC unroll 4
    for (int own = 0; own < kTogether; ++own) {
      store_limited<kBytes>(sums[own], row.limit, row.to + (j + own) * s.channels + c);
    }
  }
  if (edges.one_after) {
    result_of_two.template operator()<0>(end);
  }
}

template <std::size_t kBytes, int kStep>
[[gnu::always_inline]] inline void forward_row(const Row& row, const Sizes& s) {
  constexpr int64_t kLanes = gemm_tile::Vectors<float, kBytes>::lanes;
  const int64_t begin = std::min(detail::divided_up(s.left, kStep), s.columns);
  const int64_t last = s.width - kWidth + s.left;
  int64_t end = std::clamp(last < 0 ? 0 : last / kStep + 1, begin, s.columns);
  if (end - begin < kTogether || row.count < 2) {
    end = begin;
  }
  const bool is_within = begin < end;
  const Edges edges{.begin = begin,
                    .end = end,
                    .one_before = is_within && begin == 1 && s.left == 1,
                    .one_after = is_within && end == s.columns - 1 &&
                                 s.width - (end * kStep - s.left) == kWidth - 1};
  for (int64_t from = 0; from < s.channels; from += kLanes) {
    const int64_t c = std::min(from, s.channels - kLanes);
    for (int64_t j = edges.one_before ? begin : 0; j < begin; ++j) {
      result_at_edge<kBytes>(row, s, c, j);
    }
    if (is_within && row.count == 3) {
      results_within<kBytes, kStep, 3>(row, s, c, edges);
    } else if (is_within) {
      results_within<kBytes, kStep, 2>(row, s, c, edges);
    }
    for (int64_t j = edges.one_after ? s.columns : end; j < s.columns; ++j) {
      result_at_edge<kBytes>(row, s, c, j);
    }
  }
}

}  // namespace

// Measured against oneDNN: with AVX2 its kernels are faster.
bool suits_forward(const ConvGeometry& g) {
  constexpr int64_t kLeastChannels = kVector / sizeof(float);
  return computes(g) && detail::best_instructions() == detail::Instructions::avx512 &&
         g.dtype == float32 && g.kernel[2] == kWidth && g.kernel[1] <= kMostRows &&
         g.dilation[2] == 1 && g.stride[2] <= 2 && g.in_channels >= kLeastChannels &&
         g.pad_before[2] >= 0;
}

namespace {

// What results are computed from.
struct Operands {
  Operands(const Tensor& x, const Tensor& weight, const Tensor& bias, const Sizes& s)
      : images(as_channels_last(x)),
        weights(by_taps(weight, s)),
        shift(bias.defined() ? as_contiguous(bias) : filled(s.channels, float32, 0)) {}

  Tensor images;
  Tensor weights;
  Tensor shift;
};

// Rows begin to end - 1 of all images' results, one behind another.
void forward_rows(const Operands& from, const Sizes& s, float limit, int64_t begin, int64_t end,
                  float* to) {
  Row row{.bias = from.shift.raw<float>(), .limit = limit, .to = to};
  with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
    if constexpr (kBytes == kVector) {
      for (int64_t i = begin; i < end; ++i) {
        const float* const image =
            from.images.raw<float>() + i / s.rows * s.height * s.width * s.channels;
        row.count = 0;
        for (int64_t kh = 0; kh < s.filter_height; ++kh) {
          const int64_t h = i % s.rows * s.down - s.top + kh * s.down_apart;
          if (h >= 0 && h < s.height) {
            const std::size_t at = row.count++;
            row.images[at] = image + h * s.width * s.channels;
            row.weights[at] = from.weights.raw<float>() + kh * kWidth * s.channels;
          }
        }
        if (s.across == 1) {
          forward_row<kBytes, 1>(row, s);
        } else {
          forward_row<kBytes, 2>(row, s);
        }
        row.to += s.columns * s.channels;
      }
    }
  });
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu) {
  const Sizes s(geometry);
  const Operands operands(x, weight, bias, s);
  Tensor out = empty_channels_last(geometry.output_shape(), float32);
  for_lines(s.batch * s.rows, s.columns * s.channels * s.taps(), [&](int64_t begin, int64_t end) {
    forward_rows(operands, s, lower_limit<float>(relu), begin, end,
                 out.raw<float>() + begin * s.columns * s.channels);
  });
  return out;
}

Tensor separable_conv_relu(const Tensor& x, const Filters& depthwise, const ConvGeometry& geometry,
                           const Filters& filters, const ConvGeometry& then) {
  constexpr int64_t kCached = 96 << 10;  // bytes of rows between the convolutions
  const Sizes s(geometry);
  const Operands operands(x, depthwise.weight, depthwise.bias, s);
  const pointwise::Mixing mixing(filters.weight, filters.bias, then);
  Tensor out = empty_channels_last(then.output_shape(), float32);
  const int64_t lines = s.batch * s.rows;
  const int64_t line = s.columns * s.channels;
  const int64_t band = std::clamp<int64_t>(kCached / (line * int64_t{sizeof(float)}), 1, lines);
  const int64_t pieces =
      detail::pieces_of(lines, 8 * detail::kGrain / (line * then.out_channels) + 1);
  const int lanes = detail::lanes_for(pieces);
  const LaneScratch scratch(band * line * int64_t{sizeof(float)}, lanes);
  detail::for_pieces(lines, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
    float* const between = scratch.of_lane<float>(lane);
    for (int64_t first = begin; first < end; first += band) {
      const int64_t last = std::min(first + band, end);
      forward_rows(operands, s, lower_limit<float>(true), first, last, between);
      mixing(between, (last - first) * s.columns,
             out.raw<float>() + first * s.columns * then.out_channels);
    }
  });
  return out;
}

}  // namespace retrograd::kernels::depthwise
