#include <algorithm>
#include <array>
#include <cstddef>

#include <retrograd/ops/kernels/conv/depthwise.h>
#include <retrograd/ops/kernels/conv/depthwise_loops.h>
#include <retrograd/ops/kernels/conv/depthwise_sizes.h>
#include <retrograd/ops/kernels/kernels.h>
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

// Results begin to end - 1 of channels from c on, whose columns all lie in the image, of kRows rows
// of it: the weights stay in registers.
template <std::size_t kBytes, int kStep, std::size_t kRows>
[[gnu::always_inline]] inline void results_within(const Row& row, const Sizes& s, int64_t c,
                                                  int64_t begin, int64_t end) {
  constexpr int kColumns = (kTogether - 1) * kStep + static_cast<int>(kWidth);
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
}

template <std::size_t kBytes, int kStep>
[[gnu::always_inline]] inline void forward_row(const Row& row, const Sizes& s) {
  constexpr int64_t kLanes = gemm_tile::Vectors<float, kBytes>::lanes;
  // Between begin and end, all columns lie in the image.
  int64_t begin = std::min(detail::divided_up(s.left, kStep), s.columns);
  const int64_t last = s.width - kWidth + s.left;
  int64_t end = std::clamp(last < 0 ? 0 : last / kStep + 1, begin, s.columns);
  if (end - begin < kTogether || row.count < 2) {
    end = begin;
  }
  for (int64_t from = 0; from < s.channels; from += kLanes) {
    const int64_t c = std::min(from, s.channels - kLanes);
    for (int64_t j = 0; j < begin; ++j) {
      result_at_edge<kBytes>(row, s, c, j);
    }
    if (begin < end && row.count == 3) {
      results_within<kBytes, kStep, 3>(row, s, c, begin, end);
    } else if (begin < end) {
      results_within<kBytes, kStep, 2>(row, s, c, begin, end);
    }
    for (int64_t j = end; j < s.columns; ++j) {
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

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu) {
  const Sizes s(geometry);
  const Tensor images = as_channels_last(x);
  const Tensor weights = by_taps(weight, s);
  const Tensor shift = bias.defined() ? as_contiguous(bias) : filled(s.channels, float32, 0);
  Tensor out = empty_channels_last(geometry.output_shape(), float32);
  for_lines(s.batch * s.rows, s.columns * s.channels * s.taps(), [&](int64_t begin, int64_t end) {
    Row row{.bias = shift.raw<float>(), .limit = lower_limit<float>(relu)};
    for (int64_t i = begin; i < end; ++i) {
      const float* const image = images.raw<float>() + i / s.rows * s.height * s.width * s.channels;
      row.count = 0;
      for (int64_t kh = 0; kh < s.filter_height; ++kh) {
        const int64_t h = i % s.rows * s.down - s.top + kh * s.down_apart;
        if (h >= 0 && h < s.height) {
          const std::size_t at = row.count++;
          row.images[at] = image + h * s.width * s.channels;
          row.weights[at] = weights.raw<float>() + kh * kWidth * s.channels;
        }
      }
      row.to = out.raw<float>() + i * s.columns * s.channels;
      with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
        if constexpr (kBytes == kVector) {
          if (s.across == 1) {
            forward_row<kBytes, 1>(row, s);
          } else {
            forward_row<kBytes, 2>(row, s);
          }
        }
      });
    }
  });
  return out;
}

}  // namespace retrograd::kernels::depthwise
