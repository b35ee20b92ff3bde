#include <retrograd/ops/kernels/conv/conv_direct.h>

#include <algorithm>

#include <retrograd/ops/kernels/conv/conv_direct_input_grad.h>
#include <retrograd/ops/kernels/conv/conv_direct_loops.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/tree.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/prepared_weights.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::direct {

namespace {

constexpr auto kFloat = static_cast<int64_t>(sizeof(float));

void zero(float* at, int64_t count) {
  std::fill_n(at, count, 0.0F);
}

// The image within its padding: the image itself where there is none, else a copy in `scratch`,
// whose margins are zero already.
const float* padded(const float* image, const Sizes& s, float* scratch) {
  if (!s.is_padded) {
    return image;
  }
  for (int64_t h = 0; h < s.height; ++h) {
    std::copy_n(image + h * s.width * s.in, s.width * s.in,
                scratch + (s.top + h) * s.line + s.left * s.in);
  }
  return scratch;
}

struct InBlocks {
  bool operator==(const InBlocks&) const = default;
};

// Filters as (block of kLanes filters, filter row, run, kLanes).
Tensor packed(const Tensor& weight, const Sizes& s) {
  return PreparedWeights::laid_out(weight, InBlocks{}, [&] {
    const Tensor w = as_contiguous(weight);
    const int64_t blocks = rounded_up(s.out, kLanes) / kLanes;
    const int64_t taps = s.filter_rows * s.run;
    Tensor result = empty_tensor({blocks, taps, kLanes}, float32);
    zero(result.raw<float>(), result.numel());
    const int64_t area = s.filter_rows * s.filter_columns;
    for (int64_t o = 0; o < s.out; ++o) {
      const float* const from = w.raw<float>() + o * s.in * area;
      float* const to = result.raw<float>() + o / kLanes * taps * kLanes + o % kLanes;
      for (int64_t position = 0; position < area; ++position) {
        for (int64_t c = 0; c < s.in; ++c) {
          to[(position * s.in + c) * kLanes] = from[c * area + position];
        }
      }
    }
    return result;
  });
}

// Biases of whole blocks, zeros where there are none.
Tensor packed_bias(const Tensor& bias, const Sizes& s) {
  Tensor result = empty_tensor({rounded_up(s.out, kLanes)}, float32);
  zero(result.raw<float>(), result.numel());
  for (int64_t o = 0; o < s.out && bias.defined(); ++o) {
    result.raw<float>()[o] = bias.raw<float>()[o * bias.strides()[0]];
  }
  return result;
}

// Filters as (filter row, filter, run rounded up to vectors).
Tensor packed_runs(const Tensor& weight, const Sizes& s, int64_t length) {
  const Tensor w = as_contiguous(weight);
  Tensor result = empty_tensor({s.filter_rows, s.out, length}, float32);
  zero(result.raw<float>(), result.numel());
  for (int64_t o = 0; o < s.out; ++o) {
    const float* from = w.raw<float>() + o * s.in * s.filter_rows * s.filter_columns;
    for (int64_t c = 0; c < s.in; ++c) {
      for (int64_t kh = 0; kh < s.filter_rows; ++kh) {
        float* const to = result.raw<float>() + (kh * s.out + o) * length + c;
        for (int64_t kw = 0; kw < s.filter_columns; ++kw) {
          to[kw * s.in] = *from++;
        }
      }
    }
  }
  return result;
}

// Up to this many multiplications, calling oneDNN takes longer than computing.
constexpr int64_t kSmall = 1 << 16;

// Images that are worth a thread of their own.
int64_t grain(const Sizes& s) {
  const int64_t work = s.rows * s.columns * s.filter_rows * s.run * s.out;
  return 8 * detail::kGrain / std::max<int64_t>(work, 1) + 1;
}

}  // namespace

bool suits(onednn::Pass pass, const ConvGeometry& geometry) {
  const bool computed_here = geometry.dtype == float32 && geometry.groups == 1 &&
                             geometry.spatial_rank <= 2 && geometry.dilation[2] == 1 &&
                             std::min(geometry.pad_before[1], geometry.pad_after[1]) >= 0 &&
                             std::min(geometry.pad_before[2], geometry.pad_after[2]) >= 0;
  if (!computed_here) {
    return false;
  }
  const Sizes s(geometry);
  const int64_t work = s.batch * s.rows * s.columns * s.filter_rows * s.run * s.out;
  if (work <= kSmall) {
    return work > 0;
  }
  // Measured against oneDNN, whose blocks of channels are 16 wide.
  return detail::best_instructions() != detail::Instructions::baseline &&
         (pass == onednn::Pass::input_grad ? s.in : s.out) <= kLanes;
}

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu) {
  const Sizes s(geometry);
  const Tensor source = as_channels_last(x);
  Tensor out = empty_channels_last(geometry.output_shape(), float32);
  const int64_t pieces = detail::pieces_of(s.batch, grain(s));
  const int lanes = detail::lanes_for(pieces);
  const LaneScratch scratch(s.is_padded ? s.padded_image() * kFloat : 0, lanes);
  const Tensor filters = packed(weight, s);
  const Tensor biases = packed_bias(bias, s);
  const auto limit = lower_limit<float>(relu);
  detail::for_pieces(s.batch, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
    float* const work = scratch.of_lane<float>(lane);
    zero(work, s.is_padded ? s.padded_image() : 0);
    detail::vectorised([&] {
      for (int64_t n = begin; n < end; ++n) {
        const float* const image = source.raw<float>() + n * s.height * s.width * s.in;
        forward_image(padded(image, s, work), filters.raw<float>(), biases.raw<float>(), limit,
                      out.raw<float>() + n * s.rows * s.columns * s.out, s);
      }
    });
  });
  return out;
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry) {
  const Sizes s(geometry);
  const Tensor out_grad = as_channels_last(grad);
  Tensor x_grad = empty_channels_last(geometry.input_shape(), float32);
  const bool is_wide = detail::best_instructions() == detail::Instructions::avx512;
  const int64_t length = rounded_up(s.run, is_wide ? kWideLanes : kLanes);
  const Tensor filters = packed_runs(weight, s, length);
  const int64_t pieces = detail::pieces_of(s.batch, grain(s));
  const int lanes = detail::lanes_for(pieces);
  // The last run is added in whole vectors: what lies behind it must be numbers.
  const int64_t image_and_behind = s.padded_image() + kWideLanes;
  const LaneScratch scratch(image_and_behind * kFloat, lanes);
  detail::for_pieces(s.batch, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
    float* const work = scratch.of_lane<float>(lane);
    for (int64_t n = begin; n < end; ++n) {
      zero(work, image_and_behind);
      const float* const from = out_grad.raw<float>() + n * s.rows * s.columns * s.out;
      with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
        constexpr int kOwn = kBytes == kWideLanes * kFloat ? kWideLanes : kLanes;
        constexpr int kMostRows = kBytes == 64 ? 4 : (kBytes == 32 ? 2 : 1);
        input_image<kOwn, kMostRows>(work, filters.raw<float>(), length, from, s);
      });
      float* const image = x_grad.raw<float>() + n * s.height * s.width * s.in;
      for (int64_t h = 0; h < s.height; ++h) {
        std::copy_n(work + (s.top + h) * s.line + s.left * s.in, s.width * s.in,
                    image + h * s.width * s.in);
      }
    }
  });
  return x_grad;
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  // Sums of each part of the batch, then of the parts.
  constexpr int64_t kParts = 8;
  const Sizes s(geometry);
  const Tensor source = as_channels_last(x);
  const Tensor out_grad = as_channels_last(grad);
  const int64_t parts = std::min(s.batch, kParts);
  Tensor result = empty_tensor(geometry.weight_shape(), float32);
  const int64_t size = rounded_up(s.out, kLanes) * s.filter_rows * s.run;
  const Tensor sums = empty_tensor({parts, size}, float32);
  zero(sums.raw<float>(), sums.numel());
  const int lanes = detail::pieces_of(s.batch, grain(s)) > 1 ? detail::lanes_for(parts) : 1;
  const LaneScratch scratch(s.is_padded ? s.padded_image() * kFloat : 0, lanes);
  for (int lane = 0; lane < lanes; ++lane) {
    zero(scratch.of_lane<float>(lane), s.is_padded ? s.padded_image() : 0);
  }
  detail::for_each_piece_of(parts, lanes, [&](int64_t part, int lane) {
    detail::vectorised([&] {
      for (int64_t n = s.batch * part / parts; n < s.batch * (part + 1) / parts; ++n) {
        const float* const image = source.raw<float>() + n * s.height * s.width * s.in;
        weight_image(padded(image, s, scratch.of_lane<float>(lane)),
                     out_grad.raw<float>() + n * s.rows * s.columns * s.out,
                     sums.raw<float>() + part * size, s.batch - 1 - n, s);
      }
    });
  });
  float* const total = sums.raw<float>();
  add_in_tree(total, parts, size);
  float* to = result.raw<float>();
  const int64_t area = s.filter_rows * s.filter_columns;
  for (int64_t o = 0; o < s.out; ++o) {
    const float* const from = total + o / kLanes * s.filter_rows * s.run * kLanes + o % kLanes;
    for (int64_t c = 0; c < s.in; ++c) {
      for (int64_t position = 0; position < area; ++position) {
        *to++ = from[(position * s.in + c) * kLanes];
      }
    }
  }
  return result;
}

}  // namespace retrograd::kernels::direct
