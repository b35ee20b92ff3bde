// Each row of the result is made of rows of bytes that are added up in float32, then of columns of
// that sum. Only the end is rounded.
#include <retrograd/ops/kernels/image/resample_bytes.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/image/resample_taps.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/table.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/shape/channels_last.h>

namespace retrograd::kernels {

namespace {

// Output o is the sum over t < taps of weight[t * outputs + o] times input first[o] + t * step.
struct Columns {
  std::int64_t outputs;
  std::int64_t taps;
  std::int64_t step;
  Table<std::int32_t> first;
  Table<float> weight;
};

// The inputs of an output, with their weights.
struct Taps {
  Table<std::int64_t> index;
  Table<float> weight;
};

[[gnu::noinline]] void find_taps(const ResampleAxis& axis, std::int64_t o, Taps& taps) {
  taps.index.clear();
  taps.weight.clear();
  for_each_tap(axis, o, [&](std::int64_t i, double weight) {
    taps.index.push_back(i);
    taps.weight.push_back(static_cast<float>(weight));
  });
}

// All outputs get the same number of neighbouring inputs, some with a weight of 0. Each column is
// `step` numbers.
Columns columns_of(const ResampleAxis& axis, std::int64_t step) {
  Columns columns{axis.output * step, 0, step, {}, {}};
  Taps taps;
  for (std::int64_t o = 0; o < axis.output; ++o) {
    find_taps(axis, o, taps);  // in order
    columns.taps = std::max(columns.taps, taps.index.back() - taps.index.front() + 1);
  }
  columns.first.resize(static_cast<std::size_t>(columns.outputs));
  columns.weight.resize(static_cast<std::size_t>(columns.outputs * columns.taps));
  for (std::int64_t o = 0; o < axis.output; ++o) {
    find_taps(axis, o, taps);
    const std::int64_t begin = std::min(taps.index.front(), axis.input - columns.taps);
    for (std::int64_t c = 0; c < step; ++c) {
      columns.first[static_cast<std::size_t>(o * step + c)] =
          static_cast<std::int32_t>(begin * step + c);
      for (std::size_t t = 0; t < taps.index.size(); ++t) {
        const std::int64_t at = (taps.index[t] - begin) * columns.outputs + o * step + c;
        columns.weight[static_cast<std::size_t>(at)] += taps.weight[t];
      }
    }
  }
  return columns;
}

// Rows of bytes to add up: of a plane, or of all channels of a pixel side by side.
struct Rows {
  const std::uint8_t* from;
  std::int64_t apart;
  std::int64_t length;
};

RETROGRAD_INLINE inline void add_rows(float* sum, const Rows& rows, const Columns& heights,
                                      std::int64_t o) {
  const std::uint8_t* row = rows.from + heights.first[static_cast<std::size_t>(o)] * rows.apart;
  const float* weight = heights.weight.data() + o;
  const std::int64_t n = rows.length;
  for (std::int64_t i = 0; i < n; ++i) {
    sum[i] = *weight * static_cast<float>(row[i]);
  }
  std::int64_t t = 1;
  for (; t + 1 < heights.taps; t += 2) {
    const std::uint8_t* const a = row + t * rows.apart;
    const std::uint8_t* const b = a + rows.apart;
    const float wa = weight[t * heights.outputs];
    const float wb = weight[(t + 1) * heights.outputs];
    for (std::int64_t i = 0; i < n; ++i) {
      sum[i] += wa * static_cast<float>(a[i]) + wb * static_cast<float>(b[i]);
    }
  }
  for (; t < heights.taps; ++t) {
    const float w = weight[t * heights.outputs];
    for (std::int64_t i = 0; i < n; ++i) {
      sum[i] += w * static_cast<float>(row[t * rows.apart + i]);
    }
  }
}

RETROGRAD_INLINE inline void add_columns(std::uint8_t* to, float* sum, const float* row,
                                         const Columns& widths) {
  const std::int32_t* const first = widths.first.data();
  const std::int64_t n = widths.outputs;
  std::fill_n(sum, n, 0.0F);
  for (std::int64_t t = 0; t < widths.taps; ++t) {
    const float* const weight = widths.weight.data() + t * n;
    const float* const from = row + t * widths.step;
    for (std::int64_t o = 0; o < n; ++o) {
      sum[o] += weight[o] * from[first[o]];
    }
  }
  // Beside a number of this size, float32 keeps no fractions: the sum is rounded half to even.
  constexpr float kWhole = 12582912.0F;
  for (std::int64_t o = 0; o < n; ++o) {
    const float bounded = std::min(std::max(sum[o], 0.0F), 255.0F);
    to[o] = static_cast<std::uint8_t>(static_cast<std::int32_t>((bounded + kWhole) - kWhole));
  }
}

}  // namespace

Tensor resample_bytes(const Tensor& given, const std::vector<ResampleAxis>& axes) {
  const Strides& strides = given.strides();
  const Shape& shape = given.shape();
  const bool interleaved = shape[1] > 1 && strides[1] == 1 && strides[3] == shape[1];
  const Tensor x = interleaved || strides[3] == 1 ? given : as_contiguous(given);
  const Shape to_shape = {shape[0], shape[1], axes[0].output, axes[1].output};
  const Tensor out =
      interleaved ? empty_channels_last(to_shape, uint8) : empty_tensor(to_shape, uint8);
  if (out.numel() == 0) {
    return out;
  }
  const std::int64_t inner = interleaved ? shape[1] : 1;
  const std::int64_t channels = interleaved ? 1 : shape[1];
  const Columns heights = columns_of(axes[0], 1);
  const Columns widths = columns_of(axes[1], inner);
  const std::int64_t length = shape[3] * inner;
  const std::int64_t count = shape[0] * channels * axes[0].output;
  const std::int64_t work = length * heights.taps + widths.outputs * widths.taps;
  const std::int64_t pieces = detail::pieces_of(count, detail::kGrain / work + 1);
  const int lanes = pieces <= 1 ? 1 : detail::lanes_for(pieces);
  const LaneScratch scratch(
      LaneParts::bytes(length + widths.outputs, 2, std::int64_t{sizeof(float)}), lanes);
  detail::for_pieces(count, pieces, lanes, [&](std::int64_t begin, std::int64_t end, int lane) {
    LaneParts parts(scratch.of_lane<std::byte>(lane));
    float* const row = parts.take<float>(length);
    float* const sum = parts.take<float>(widths.outputs);
    detail::vectorised([&] {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t plane = i / axes[0].output;
        const Rows rows{x.raw<std::uint8_t>() + plane / channels * x.strides()[0] +
                            plane % channels * x.strides()[1],
                        x.strides()[2], length};
        add_rows(row, rows, heights, i % axes[0].output);
        add_columns(out.raw<std::uint8_t>() + i * widths.outputs, sum, row, widths);
      }
    });
  });
  return out;
}

}  // namespace retrograd::kernels
