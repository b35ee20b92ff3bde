// Transposed convolutions: the input's gradient of a convolution, as an operator of its own.
#include <retrograd/ops/detail/conv.h>
#include <retrograd/ops/shape.h>

namespace retrograd {

using enum Needs;

namespace {

using namespace convolving;

template <std::size_t N>
void check_tensors(const Frame& call, const Tensor& x, const Tensor& weight, const Tensor& bias,
                   std::int64_t groups) {
  const std::int64_t channels = check_ranks<N>(call, x, weight, N + 2);
  check::require<ShapeError>(
      call, channels == weight.shape()[0], {{"input", x}, {"weight", weight}},
      "input has {} channels but weight expects {} (weight.size(0)) [channels-differ]", channels,
      weight.shape()[0]);
  check::require<ShapeError>(call, channels % groups == 0, {{"input", x}, {"weight", weight}},
                             "the {} channels do not split into {} groups [groups-uneven]",
                             channels, groups);
  if (bias.defined()) {
    check::same_dtype(call, "input", x, "bias", bias);
    const std::int64_t filters = weight.shape()[1] * groups;
    check::require<ShapeError>(call, bias.shape() == Shape{filters},
                               {{"weight", weight}, {"bias", bias}},
                               "bias must have one element for each of the {} output channels "
                               "(weight.size(1) x groups = {} x {}) [shape-unexpected]",
                               filters, weight.shape()[1], groups);
  }
}

// The convolution whose input's gradient this is: its output is x, its input the result.
template <std::size_t N>
ConvGeometry shape_of(const Frame& call, const Tensor& x, const Tensor& weight,
                      const ConvTransposeOptions<N>& options) {
  ConvGeometry s = shape_without_sizes<N>(x, weight, options);
  for (std::size_t d = 0; d < N; ++d) {
    const std::size_t at = 3 - N + d;
    const std::int64_t extra = options.output_padding[d];
    s.output[at] = x.shape()[x.shape().size() - N + d];
    s.pad_before[at] = options.padding[d];
    // Wider than the stride, the added positions would be room for a window more.
    s.pad_after[at] = options.padding[d] - (extra >= s.stride[at] ? extra : 0);
    check::require<ValueError>(
        call, extra >= 0 && extra < std::max(s.stride[at], s.dilation[at]),
        {{"input", x}, {"weight", weight}},
        "output_padding {} in spatial dimension {}; it must be at least 0 and below the stride {} "
        "or the dilation {} [value-out-of-range]",
        extra, d, s.stride[at], s.dilation[at]);
    const auto [least, most] = std::minmax(s.output[at], s.kernel[at]);
    check::require<ShapeError>(call, least >= 1 && most <= kLargestSize,
                               {{"input", x}, {"weight", weight}},
                               "input and kernel must have positions in spatial dimension {}, "
                               "fewer than 2^31 [value-out-of-range]",
                               d);
    s.input[at] = (s.output[at] - 1) * s.stride[at] - 2 * options.padding[d] +
                  s.dilation[at] * (s.kernel[at] - 1) + extra + 1;
    check::require<ShapeError>(call, s.input[at] >= 1, {{"input", x}, {"weight", weight}},
                               "the result has size {} in spatial dimension {}; padding {} cuts "
                               "off all of it [output-empty]",
                               s.input[at], d, options.padding[d]);
  }
  return s;
}

template <std::size_t N>
Tensor transposed(const Call& call, const Tensor& input, const Tensor& filters,
                  const Tensor& offsets, const ConvTransposeOptions<N>& options) {
  const auto [x, weight, bias] =
      call.inputs({{"input", input, floating}, {"weight", filters}, {"bias", offsets, optional}});
  check_options<N>(call, x, weight, options);
  check_groups(call, x, weight, options.groups);
  check_tensors<N>(call, x, weight, bias, options.groups);
  const ConvGeometry geometry = shape_of(call, x, weight, options);
  if (x.dim() == static_cast<std::int64_t>(N + 1)) {
    return call.result(squeeze(input_grad(call, unsqueeze(x, 0), weight, bias, geometry), 0));
  }
  return input_grad(call, x, weight, bias, geometry);
}

}  // namespace

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions<1>& options, Where where) {
  const Call call("conv_transpose1d", where, Cast::downcast, x, weight, bias, options);
  return transposed(call, x, weight, bias, options);
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions<2>& options, Where where) {
  const Call call("conv_transpose2d", where, Cast::downcast, x, weight, bias, options);
  return transposed(call, x, weight, bias, options);
}

Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions<3>& options, Where where) {
  const Call call("conv_transpose3d", where, Cast::downcast, x, weight, bias, options);
  return transposed(call, x, weight, bias, options);
}

}  // namespace retrograd
