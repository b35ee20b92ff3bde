#include <retrograd/ops/kernels/conv/depthwise.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/conv/depthwise_loops.h>
#include <retrograd/ops/kernels/conv/depthwise_sizes.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/tree.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::depthwise {

namespace {

// As computes() asks for.
constexpr std::size_t kLeastBytes = 32;

template <class S, class R>
void run(const Line<S, R>& line) {
  with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
    if constexpr (kBytes >= kLeastBytes) {
      run_line<kBytes, S, R>(line);
    }
  });
}

// Columns of the image that are a stride apart see the same weights: they are computed together.
template <class S, class R>
Tensor input_grad_as(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry) {
  const Sizes s(geometry);
  const Tensor out_grad = as_channels_last(grad);
  const Tensor weights = by_taps(weight, s);
  const Tensor zeros = filled(s.channels, grad.dtype(), 0);
  Tensor x_grad = empty_channels_last(geometry.input_shape(), dtype_of<R>());
  for_lines(s.batch * s.height, s.columns * s.channels * s.taps(), [&](int64_t begin, int64_t end) {
    Line<S, R> line{.width = s.columns,
                    .step = 1,
                    .channels = s.channels,
                    .zeros = zeros.raw<S>(),
                    .to_step = s.across * s.channels};
    for (int64_t i = begin; i < end; ++i) {
      const S* const grads = out_grad.raw<S>() + i / s.height * s.rows * s.columns * s.channels;
      for (int64_t first = 0; first < std::min(s.across, s.width); ++first) {
        line.tap_count = 0;
        for (int64_t kh = 0; kh < s.filter_height; ++kh) {
          const int64_t h = i % s.height + s.top - kh * s.down_apart;
          if (h < 0 || h % s.down != 0 || h / s.down >= s.rows) {
            continue;
          }
          for (int64_t kw = 0; kw < s.filter_width; ++kw) {
            const int64_t w = first + s.left - kw * s.across_apart;
            if (w % s.across == 0) {
              line.taps[static_cast<std::size_t>(line.tap_count++)] = {
                  grads + h / s.down * s.columns * s.channels,
                  weights.raw<float>() + (kh * s.filter_width + kw) * s.channels, w / s.across};
            }
          }
        }
        line.to = x_grad.raw<R>() + (i * s.width + first) * s.channels;
        line.count = detail::divided_up(s.width - first, s.across);
        run(line);
      }
    }
  });
  return x_grad;
}

template <class S, int kWidth>
void add_weights(const WeightLine<S>& line) {
  with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
    if constexpr (kBytes >= kLeastBytes) {
      run_weight_line<kBytes, S, kWidth>(line);
    }
  });
}

template <class S>
Tensor weight_grad_as(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  // Sums of each part of the lines, then of the parts.
  constexpr int64_t kParts = 8;
  const Sizes s(geometry);
  const Tensor source = as_channels_last(x);
  const Tensor out_grad = as_channels_last(grad);
  const int64_t lines = s.batch * s.rows;
  const int64_t parts = std::min(lines, kParts);
  const int64_t size = s.taps() * s.channels;
  const Tensor sums = filled(parts * size, float32, 0);
  const auto add = s.filter_width == 3   ? add_weights<S, 3>
                   : s.filter_width == 5 ? add_weights<S, 5>
                                         : add_weights<S, 7>;
  const bool shared = lines * s.columns * size > 8 * detail::worth(detail::kGrain);
  detail::parallel_parts(parts, shared, [&](int64_t part) {
    WeightLine<S> line{.count = s.columns,
                       .width = s.width,
                       .step = s.across,
                       .dilation = s.across_apart,
                       .left = s.left,
                       .channels = s.channels};
    for (int64_t i = lines * part / parts; i < lines * (part + 1) / parts; ++i) {
      const S* const image = source.raw<S>() + i / s.rows * s.height * s.width * s.channels;
      line.grad = out_grad.raw<S>() + i * s.columns * s.channels;
      for (int64_t kh = 0; kh < s.filter_height; ++kh) {
        const int64_t h = i % s.rows * s.down - s.top + kh * s.down_apart;
        if (h >= 0 && h < s.height) {
          line.line = image + h * s.width * s.channels;
          line.sums = sums.raw<float>() + part * size + kh * s.filter_width * s.channels;
          add(line);
        }
      }
    }
  });
  float* const total = sums.raw<float>();
  add_in_tree(total, parts, size);
  Tensor result = empty_tensor(geometry.weight_shape(), x.dtype());
  for (int64_t c = 0; c < s.channels; ++c) {
    for (int64_t t = 0; t < s.taps(); ++t) {
      result.raw<S>()[c * s.taps() + t] = convert<S>(total[t * s.channels + c]);
    }
  }
  return result;
}

template <class F>
Tensor for_storage(DType dtype, const F& f) {
  return dtype == bfloat16 ? f.template operator()<BFloat16>() : f.template operator()<float>();
}

}  // namespace

bool computes(const ConvGeometry& g) {
  return (g.dtype == float32 || g.dtype == bfloat16) && g.groups > 1 && g.groups == g.in_channels &&
         g.groups == g.out_channels && g.spatial_rank <= 2 &&
         (g.kernel[2] == 3 || g.kernel[2] == 5 || g.kernel[2] == 7) && g.kernel[1] <= kMostSide &&
         g.batch * g.output[1] * g.output[2] > 0 && g.input[1] * g.input[2] > 0 &&
         detail::best_instructions() != detail::Instructions::baseline;
}

// Measured against oneDNN 2.6 and 3.7, whose other kernels are as fast or faster.
bool suits(onednn::Pass pass, const ConvGeometry& g) {
  if (pass == onednn::Pass::forward) {
    return suits_forward(g);
  }
  return computes(g) && pass == onednn::Pass::weight_grad &&
         (g.dtype == bfloat16 || g.kernel[2] > 3);
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry,
                       DType result) {
  return for_storage(grad.dtype(), [&]<class S>() {
    return result == grad.dtype() ? input_grad_as<S, S>(grad, weight, geometry)
                                  : input_grad_as<S, float>(grad, weight, geometry);
  });
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  return for_storage(x.dtype(), [&]<class S>() { return weight_grad_as<S>(x, grad, geometry); });
}

}  // namespace retrograd::kernels::depthwise
