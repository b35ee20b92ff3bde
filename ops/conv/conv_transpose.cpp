// Transposed convolutions: the input's gradient of a convolution, as an operator of its own.
#include <retrograd/ops/detail/conv.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/shape.h>

namespace retrograd {

namespace {

using namespace convolving;

template <std::size_t N>
void check_tensors(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                   std::int64_t groups, Where where) {
  check_ranks<N>(op, x, weight, static_cast<std::int64_t>(N + 2), where);
  const std::int64_t channels = x.size(-1 - static_cast<std::int64_t>(N));
  if (channels != weight.shape()[0]) {
    fail<ShapeError>(op, where,
                     "input has " + std::to_string(channels) + " channels but weight expects " +
                         std::to_string(weight.shape()[0]) + " (weight.size(0))",
                     {{"input", x}, {"weight", weight}});
  }
  if (channels % groups != 0) {
    fail<ShapeError>(op, where,
                     "the " + std::to_string(channels) + " channels do not split into " +
                         std::to_string(groups) + " groups",
                     {{"input", x}, {"weight", weight}});
  }
  if (bias.defined()) {
    check::same_dtype(op, "input", x, "bias", bias, where);
    const std::int64_t filters = weight.shape()[1] * groups;
    if (bias.shape() != Shape{filters}) {
      fail<ShapeError>(op, where,
                       "bias must have one element for each of the " + std::to_string(filters) +
                           " output channels (weight.size(1) x groups = " +
                           std::to_string(weight.shape()[1]) + " x " + std::to_string(groups) + ")",
                       {{"weight", weight}, {"bias", bias}});
    }
  }
}

// The convolution whose input's gradient this is: its output is x, its input the result.
template <std::size_t N>
ConvShape shape_of(const char* op, const Tensor& x, const Tensor& weight,
                   const ConvTransposeOptions<N>& options, Where where) {
  ConvShape s;
  s.dtype = x.dtype();
  s.spatial_rank = N;
  const std::size_t spatial = x.shape().size() - N;
  s.batch = spatial == 2 ? x.shape()[0] : 1;
  s.in_channels = weight.shape()[1] * options.groups;
  s.out_channels = weight.shape()[0];
  s.groups = options.groups;
  for (std::size_t d = 0; d < N; ++d) {
    const std::size_t at = 3 - N + d;
    const std::int64_t extra = options.output_padding[d];
    s.output[at] = x.shape()[spatial + d];
    s.kernel[at] = weight.shape()[d + 2];
    s.stride[at] = options.stride[d];
    s.dilation[at] = options.dilation[d];
    s.pad_before[at] = options.padding[d];
    // Wider than the stride, the added places would be room for a window more.
    s.pad_after[at] = options.padding[d] - (extra >= s.stride[at] ? extra : 0);
    if (extra < 0 || extra >= std::max(s.stride[at], s.dilation[at])) {
      fail<ValueError>(op, where,
                       "output_padding " + std::to_string(extra) + " in spatial dimension " +
                           std::to_string(d) + "; it must be at least 0 and below the stride " +
                           std::to_string(s.stride[at]) + " or the dilation " +
                           std::to_string(s.dilation[at]),
                       {{"input", x}, {"weight", weight}});
    }
    if (s.output[at] < 1 || s.kernel[at] < 1 ||
        std::max(s.output[at], s.kernel[at]) > kLargestSize) {
      fail<ShapeError>(op, where,
                       "input and kernel must have places in spatial dimension " +
                           std::to_string(d) + ", fewer than 2^31",
                       {{"input", x}, {"weight", weight}});
    }
    s.input[at] = (s.output[at] - 1) * s.stride[at] - 2 * options.padding[d] +
                  s.dilation[at] * (s.kernel[at] - 1) + extra + 1;
    if (s.input[at] < 1) {
      fail<ShapeError>(op, where,
                       "the result has size " + std::to_string(s.input[at]) +
                           " in spatial dimension " + std::to_string(d) + "; padding " +
                           std::to_string(options.padding[d]) + " cuts off all of it",
                       {{"input", x}, {"weight", weight}});
    }
  }
  return s;
}

template <std::size_t N>
Tensor transposed(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                  const ConvTransposeOptions<N>& options, Where where) {
  if (autocast::lowers(x, weight, bias)) {
    return transposed(op, autocast::lowered(x, where), autocast::lowered(weight, where),
                      autocast::lowered(bias, where), options, where);
  }
  check::floating(op, x, where);
  check::defined(op, "weight", weight, where);
  check_options<N>(op, x, weight, options, where);
  check_groups(op, x, weight, options.groups, where);
  check_tensors<N>(op, x, weight, bias, options.groups, where);
  const ConvShape shape = shape_of(op, x, weight, options, where);
  if (x.dim() == static_cast<std::int64_t>(N + 1)) {
    return squeeze(input_grad(op, unsqueeze(x, 0, where), weight, bias, shape, where), 0, where);
  }
  return input_grad(op, x, weight, bias, shape, where);
}

}  // namespace

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions<1>& options, Where where) {
  return transposed("conv_transpose1d", x, weight, bias, options, where);
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions<2>& options, Where where) {
  return transposed("conv_transpose2d", x, weight, bias, options, where);
}

Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions<3>& options, Where where) {
  return transposed("conv_transpose3d", x, weight, bias, options, where);
}

}  // namespace retrograd
