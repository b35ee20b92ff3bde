// Convolution for every shape, in float32 and float64: a product of matrices.
//
// Row r of the matrix belongs to one output position of one image; column (k, c) holds channel c of
// the input, shifted to where kernel position k sees it, with zeros for the padding. Then
//   Z = shifted . filters^T       (positions, O) = (positions, K C) . (K C, O)
// with the channels innermost on both sides: activations are channels-last. So dZ/dfilters is the
// matrix of shifted inputs itself, and with G = dL/dZ
//   dL/dfilters = G^T . shifted
//   dL/dshifted = G . filters, and each of its rows is added back to where it was read.
#include <algorithm>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/pool/window.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::kernels::unfolded {

namespace {

// The matrix is made and used in blocks of rows of about this many elements.
constexpr std::int64_t kBlockElements = 1 << 20;

std::int64_t product(const Spatial& sizes) {
  return sizes[0] * sizes[1] * sizes[2];
}

// The shifted inputs of one group of channels.
struct ShiftedMatrix {
  const ConvGeometry& geometry;
  std::int64_t channels = geometry.in_channels / geometry.groups;  // of a group
  std::int64_t filters = geometry.out_channels / geometry.groups;
  std::int64_t rows = geometry.batch * product(geometry.output);
  std::int64_t columns = product(geometry.kernel) * channels;
  std::int64_t block = std::clamp(kBlockElements / std::max<std::int64_t>(columns, 1),
                                  std::int64_t{1}, std::max<std::int64_t>(rows, 1));

  // Calls run(at, x_at, length) for each run of `length` values that lie side by side both in the
  // matrix, at offset `at`, and in the channels-last input, at `x_at`. Rows begin <= r < end; the
  // padding belongs to no run.
  template <class Run>
  void for_each_run(std::int64_t group, std::int64_t begin, std::int64_t end, Run&& run) const {
    const auto& [depth, height, width] = geometry.input;
    // All of a kernel row is one run where neither other groups nor holes lie between its values.
    const bool whole_rows = geometry.groups == 1 && geometry.dilation[2] == 1;
    for (std::int64_t r = begin; r < end; ++r) {
      const Spatial start = window_start(r);
      const Taps d_taps = taps(0, start);
      const Taps h_taps = taps(1, start);
      const Taps w_taps = taps(2, start);
      const std::int64_t image = r / product(geometry.output);
      for (std::int64_t kd = d_taps.first; kd < d_taps.last; ++kd) {
        const std::int64_t d = start[0] + kd * geometry.dilation[0];
        for (std::int64_t kh = h_taps.first; kh < h_taps.last; ++kh) {
          const std::int64_t h = start[1] + kh * geometry.dilation[1];
          const std::int64_t line = ((image * depth + d) * height + h) * width;
          const std::int64_t kernel_line = (kd * geometry.kernel[1] + kh) * geometry.kernel[2];
          const std::int64_t positions = whole_rows ? w_taps.last - w_taps.first : 1;
          for (std::int64_t kw = w_taps.first; kw < w_taps.last; kw += positions) {
            const std::int64_t w = start[2] + kw * geometry.dilation[2];
            run((r - begin) * columns + (kernel_line + kw) * channels,
                (line + w) * geometry.in_channels + group * channels, positions * channels);
          }
        }
      }
    }
  }

 private:
  // Where kernel position (0, 0, 0) lies for row r; before the input's start in the padding.
  Spatial window_start(std::int64_t r) const {
    Spatial start;
    for (std::size_t d = 3; d-- > 0;) {
      start[d] = r % geometry.output[d] * geometry.stride[d] - geometry.pad_before[d];
      r /= geometry.output[d];
    }
    return start;
  }
  Taps taps(std::size_t d, const Spatial& start) const {
    return taps_inside(start[d], geometry.kernel[d], geometry.dilation[d], geometry.input[d]);
  }
};

template <class T>
void fill(T* shifted, const T* x, const ShiftedMatrix& matrix, std::int64_t group,
          std::int64_t begin, std::int64_t end) {
  const std::int64_t grain = kGrain / std::max<std::int64_t>(matrix.columns, 1) + 1;
  parallel_ranges(end - begin, grain, [&](std::int64_t first, std::int64_t last) {
    T* const rows = shifted + first * matrix.columns;
    std::fill_n(rows, (last - first) * matrix.columns, T{0});
    matrix.for_each_run(group, begin + first, begin + last,
                        [&](std::int64_t at, std::int64_t x_at, std::int64_t length) {
                          std::copy_n(x + x_at, length, rows + at);
                        });
  });
}

template <class T>
void add_back(T* x, const T* shifted, const ShiftedMatrix& matrix, std::int64_t group,
              std::int64_t begin, std::int64_t end) {
  matrix.for_each_run(group, begin, end,
                      [&](std::int64_t at, std::int64_t x_at, std::int64_t length) {
                        for (std::int64_t i = 0; i < length; ++i) {
                          x[x_at + i] += shifted[at + i];
                        }
                      });
}

// Calls f(group, begin, end) for every block of the rows of every group.
template <class F>
void for_each_block(const ShiftedMatrix& matrix, F&& f) {
  for (std::int64_t group = 0; group < matrix.geometry.groups; ++group) {
    for (std::int64_t begin = 0; begin < matrix.rows; begin += matrix.block) {
      f(group, begin, std::min(begin + matrix.block, matrix.rows));
    }
  }
}

template <class T>
Tensor channels_last_zeros(const Shape& shape) {
  Tensor result = empty_strided(shape, channels_last_strides(shape), dtype_of<T>());
  std::fill_n(result.raw<T>(), result.numel(), T{0});
  return result;
}

template <class T>
Tensor forward(const Tensor& x, const Tensor& weight, const Tensor& bias,
               const ConvGeometry& geometry) {
  const ShiftedMatrix matrix{geometry};
  const std::int64_t all = geometry.out_channels;
  const Tensor input = as_channels_last(x);         // (N, input, C)
  const Tensor filters = as_channels_last(weight);  // (O, kernel, C / groups)
  Tensor out = channels_last_zeros<T>(geometry.output_shape());
  const Tensor shifted = empty_tensor({matrix.block, matrix.columns}, out.dtype());
  if (bias.defined()) {
    const Tensor b = as_contiguous(bias);
    for (std::int64_t r = 0; r < matrix.rows; ++r) {
      std::copy_n(b.raw<T>(), all, out.raw<T>() + r * all);
    }
  }
  for_each_block(matrix, [&](std::int64_t group, std::int64_t begin, std::int64_t end) {
    const std::int64_t first = group * matrix.filters;
    fill(shifted.raw<T>(), input.raw<T>(), matrix, group, begin, end);
    gemm<T>(end - begin, matrix.filters, matrix.columns, {shifted.raw<T>(), matrix.columns},
            {filters.raw<T>() + first * matrix.columns, matrix.columns, true},
            out.raw<T>() + begin * all + first, all, Target::added_to);
  });
  return out;
}

template <class T>
Tensor input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry) {
  const ShiftedMatrix matrix{geometry};
  const std::int64_t all = geometry.out_channels;
  const Tensor out_grad = as_channels_last(grad);   // (N, output, O)
  const Tensor filters = as_channels_last(weight);  // (O, kernel, C / groups)
  Tensor x_grad = channels_last_zeros<T>(geometry.input_shape());
  const Tensor shifted = empty_tensor({matrix.block, matrix.columns}, x_grad.dtype());
  for_each_block(matrix, [&](std::int64_t group, std::int64_t begin, std::int64_t end) {
    const std::int64_t first = group * matrix.filters;
    gemm<T>(end - begin, matrix.columns, matrix.filters,
            {out_grad.raw<T>() + begin * all + first, all},
            {filters.raw<T>() + first * matrix.columns, matrix.columns}, shifted.raw<T>(),
            matrix.columns);
    add_back(x_grad.raw<T>(), shifted.raw<T>(), matrix, group, begin, end);
  });
  return x_grad;
}

template <class T>
Tensor weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  const ShiftedMatrix matrix{geometry};
  const std::int64_t all = geometry.out_channels;
  const Tensor input = as_channels_last(x);        // (N, input, C)
  const Tensor out_grad = as_channels_last(grad);  // (N, output, O)
  Tensor filters_grad = channels_last_zeros<T>(geometry.weight_shape());
  const Tensor shifted = empty_tensor({matrix.block, matrix.columns}, filters_grad.dtype());
  for_each_block(matrix, [&](std::int64_t group, std::int64_t begin, std::int64_t end) {
    const std::int64_t first = group * matrix.filters;
    fill(shifted.raw<T>(), input.raw<T>(), matrix, group, begin, end);
    gemm<T>(matrix.filters, matrix.columns, end - begin,
            {out_grad.raw<T>() + begin * all + first, all, true},
            {shifted.raw<T>(), matrix.columns}, filters_grad.raw<T>() + first * matrix.columns,
            matrix.columns, Target::added_to);
  });
  return as_contiguous(filters_grad);
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ConvGeometry& geometry) {
  return for_float_or_double(geometry.dtype,
                             [&]<class T>() { return forward<T>(x, weight, bias, geometry); });
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry) {
  return for_float_or_double(geometry.dtype,
                             [&]<class T>() { return input_grad<T>(grad, weight, geometry); });
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  return for_float_or_double(geometry.dtype,
                             [&]<class T>() { return weight_grad<T>(x, grad, geometry); });
}

}  // namespace retrograd::kernels::unfolded
