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

// A row of results, and the rows of the image and of the filters that it reads.
struct Row {
  std::array<const float*, kMostSide> images;
  std::array<const float*, kMostSide> weights;  // kWidth of all channels
  int64_t count = 0;
  const float* bias;
  float limit;  // results below it become 0
  float* to;
};

// Results j to j + kResults - 1 of kStep columns each; checked: of which some columns lie outside.
template <std::size_t kBytes, int kStep, int kResults, bool kChecked>
[[gnu::always_inline]] inline void forward_results(const Row& row, const Sizes& s, int64_t j) {
  constexpr int64_t kLanes = gemm_tile::Vectors<float, kBytes>::lanes;
  constexpr int kColumns = (kResults - 1) * kStep + static_cast<int>(kWidth);
  const int64_t first = j * kStep - s.left;
  for (int64_t from = 0; from < s.channels; from += kLanes) {
    const int64_t c = std::min(from, s.channels - kLanes);
    Vector<kBytes> bias;
    load<kBytes>(row.bias + c, bias);
    Vector<kBytes> sums[kResults];
    for (int i = 0; i < kResults; ++i) {
      sums[i] = bias;
    }
    for (int64_t r = 0; r < row.count; ++r) {
      const float* const x = row.images[static_cast<std::size_t>(r)] + first * s.channels + c;
      const float* const w = row.weights[static_cast<std::size_t>(r)] + c;
      Vector<kBytes> weights[kWidth];
#pragma GCC unroll 3
      for (int k = 0; k < kWidth; ++k) {
        load<kBytes>(w + k * s.channels, weights[k]);
      }
#pragma GCC unroll 9
      for (int column = 0; column < kColumns; ++column) {
        if (kChecked && (first + column < 0 || first + column >= s.width)) {
          continue;
        }
        Vector<kBytes> value;
        load<kBytes>(x + column * s.channels, value);
#pragma GCC unroll 4
        for (int i = 0; i < kResults; ++i) {
          const int k = column - i * kStep;
          if (k >= 0 && k < kWidth) {
            sums[i] += value * weights[k];
          }
        }
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < kResults; ++i) {
      store<kBytes>(sums[i] < row.limit ? Vector<kBytes>{} : sums[i],
                    row.to + (j + i) * s.channels + c);
    }
  }
}

template <std::size_t kBytes, int kStep>
[[gnu::always_inline]] inline void forward_row(const Row& row, const Sizes& s) {
  // Between begin and end, all columns lie in the image.
  const int64_t begin = std::min(detail::divided_up(s.left, kStep), s.columns);
  const int64_t last = s.width - kWidth + s.left;
  const int64_t end = std::clamp(last < 0 ? 0 : last / kStep + 1, begin, s.columns);
  int64_t j = 0;
  for (; j < begin; ++j) {
    forward_results<kBytes, kStep, 1, true>(row, s, j);
  }
  for (; end - begin >= kTogether && j < end; j += kTogether) {
    j = std::min(j, end - kTogether);  // the last ones may overlap those before
    forward_results<kBytes, kStep, kTogether, false>(row, s, j);
  }
  for (; j < s.columns; ++j) {
    forward_results<kBytes, kStep, 1, true>(row, s, j);
  }
}

}  // namespace

// Measured against oneDNN: with AVX2 its kernels are faster.
bool suits_forward(const ConvGeometry& g) {
  constexpr int64_t kLeastChannels = kVector / sizeof(float);
  return computes(g) && detail::best_instructions() == detail::Instructions::avx512 &&
         g.dtype == float32 && g.kernel[2] == kWidth && g.dilation[2] == 1 && g.stride[2] <= 2 &&
         g.in_channels >= kLeastChannels && g.pad_before[2] >= 0;
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
          const auto at = static_cast<std::size_t>(row.count++);
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
