#include <retrograd/ops/conv.h>

#include <retrograd/ops/detail/conv.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/activation.h>

namespace retrograd {

namespace convolving {

namespace {

Tensor conv_of(const Tensor& x, const Tensor& weight, const ConvGeometry& geometry) {
  return conv(Call("conv", {}), x, weight, {}, geometry);
}

Tensor input_grad_of(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry) {
  return input_grad(Call("conv_input_grad", {}), grad, weight, {}, geometry);
}

Tensor bias_grad(const Tensor& grad) {
  Dims all_but_channels{0};
  for (std::int64_t d = 2; d < grad.dim(); ++d) {
    all_but_channels.push_back(d);
  }
  return sum(grad, all_but_channels);
}

}  // namespace

Tensor conv(const Call& call, const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ConvGeometry& geometry, bool relu) {
  const Tensor y = (relu ? kernels::conv_relu : kernels::conv)(x, weight, bias, geometry);
  return call.record({.output = y,
                      .inputs = {x, weight, bias},
                      .saved = {save_if(weight.requires_grad(), x),
                                save_if(x.requires_grad(), weight), save_if(relu, y)},
                      .backward = [geometry, relu](const Backward& b) -> Gradients {
                        const Tensor grad = relu ? relu_grad(b, b.saved(2)) : b.grad;
                        return {b.needs(0) ? input_grad_of(grad, b.saved(1), geometry) : Tensor(),
                                b.needs(1) ? weight_grad(b.saved(0), grad, geometry) : Tensor(),
                                b.needs(2) ? bias_grad(grad) : Tensor()};
                      }});
}

Tensor input_grad(const Call& call, const Tensor& grad, const Tensor& weight, const Tensor& bias,
                  const ConvGeometry& geometry) {
  return call.record(
      {.output = kernels::conv_input_grad(grad, weight, bias, geometry),
       .inputs = {grad, weight, bias},
       .saved = {save_if(weight.requires_grad(), grad), save_if(grad.requires_grad(), weight)},
       .backward = [geometry](const Backward& b) -> Gradients {
         return {b.needs(0) ? conv_of(b.grad, b.saved(1), geometry) : Tensor(),
                 b.needs(1) ? weight_grad(b.grad, b.saved(0), geometry) : Tensor(),
                 b.needs(2) ? bias_grad(b.grad) : Tensor()};
       }});
}

Tensor weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  const Call call("conv_weight_grad", {});
  return call.record({.output = kernels::conv_weight_grad(x, grad, geometry),
                      .inputs = {x, grad},
                      .saved = {save_if(grad.requires_grad(), x), save_if(x.requires_grad(), grad)},
                      .backward = [geometry](const Backward& b) -> Gradients {
                        return {b.needs(0) ? input_grad_of(b.saved(1), b.grad, geometry) : Tensor(),
                                b.needs(1) ? conv_of(b.saved(0), b.grad, geometry) : Tensor()};
                      }});
}

}  // namespace convolving

namespace {

using namespace convolving;

template <std::size_t N>
void check_tensors(const Frame& call, const Tensor& x, const Tensor& weight, const Tensor& bias,
                   std::int64_t groups) {
  const std::int64_t channels = check_ranks<N>(call, x, weight, N + 2);
  const std::int64_t expected = weight.shape()[1] * groups;
  check::require<ShapeError>(call, channels == expected, {{"input", x}, {"weight", weight}},
                             "input has {} channels but weight expects {} (weight.size(1) x groups "
                             "= {} x {}) [channels-differ]",
                             channels, expected, weight.shape()[1], groups);
  const std::int64_t filters = weight.shape()[0];
  check::require<ShapeError>(call, filters % groups == 0, {{"input", x}, {"weight", weight}},
                             "the {} filters do not split into {} groups [groups-uneven]", filters,
                             groups);
  if (bias.defined()) {
    check::same_dtype(call, "input", x, "bias", bias);
    check::require<ShapeError>(
        call, bias.shape() == Shape{filters}, {{"weight", weight}, {"bias", bias}},
        "bias must have one element for each of the {} filters [shape-unexpected]", filters);
  }
}

// x with or without a batch.
template <std::size_t N>
ConvGeometry shape_of(const Frame& call, const Tensor& x, const Tensor& weight,
                      const ConvOptions<N>& options) {
  ConvGeometry s = shape_without_sizes<N>(x, weight, options);
  for (std::size_t d = 0; d < N; ++d) {
    const std::size_t at = 3 - N + d;
    s.input[at] = x.shape()[x.shape().size() - N + d];
    const std::int64_t span = s.dilation[at] * (s.kernel[at] - 1) + 1;
    const bool keeps_length = options.padding.mode() == same;
    // An odd sum of padding puts the extra zero at the end.
    s.pad_before[at] = keeps_length ? (span - 1) / 2 : options.padding[d];
    s.pad_after[at] = keeps_length ? span - 1 - s.pad_before[at] : options.padding[d];
    const std::int64_t padded = s.input[at] + s.pad_before[at] + s.pad_after[at];
    check::require<ShapeError>(
        call, s.kernel[at] >= 1 && span <= padded, {{"input", x}, {"weight", weight}},
        "the kernel spans {} but the padded input only {} in spatial dimension {} [output-empty]",
        span, padded, d);
    s.output[at] = (padded - span) / s.stride[at] + 1;
  }
  return s;
}

template <std::size_t N>
Tensor convolution(const Call& call, const Tensor& input, const Tensor& filters,
                   const Tensor& offsets, const ConvOptions<N>& options, bool relu = false) {
  const auto [x, weight, bias] =
      call.inputs({{"input", input, floating}, {"weight", filters}, {"bias", offsets, optional}});
  check_options<N>(call, x, weight, options);
  for (std::size_t d = 0; d < N; ++d) {
    check::require<ValueError>(call, options.padding.mode() != same || options.stride[d] == 1,
                               {{"input", x}, {"weight", weight}},
                               "padding 'same' needs stride 1, not {} [option-conflict]",
                               options.stride[d]);
  }
  check_groups(call, x, weight, options.groups);
  check_tensors<N>(call, x, weight, bias, options.groups);
  const ConvGeometry geometry = shape_of(call, x, weight, options);
  if (x.dim() == static_cast<std::int64_t>(N + 1)) {
    return call.result(squeeze(conv(call, unsqueeze(x, 0), weight, bias, geometry, relu), 0));
  }
  return conv(call, x, weight, bias, geometry, relu);
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const ConvOptions<1>& options, Where where) {
  const Call call("conv1d", where, Cast::downcast, x, weight, bias, options);
  return convolution(call, x, weight, bias, options);
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const ConvOptions<2>& options, Where where) {
  const Call call("conv2d", where, Cast::downcast, x, weight, bias, options);
  return convolution(call, x, weight, bias, options);
}

Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
              const ConvOptions<3>& options, Where where) {
  const Call call("conv3d", where, Cast::downcast, x, weight, bias, options);
  return convolution(call, x, weight, bias, options);
}

Tensor conv1d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                   const ConvOptions<1>& options, Where where) {
  const Call call("conv1d_relu", where, Cast::downcast, x, weight, bias, options);
  return convolution(call, x, weight, bias, options, true);
}

Tensor conv2d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                   const ConvOptions<2>& options, Where where) {
  const Call call("conv2d_relu", where, Cast::downcast, x, weight, bias, options);
  return convolution(call, x, weight, bias, options, true);
}

Tensor conv3d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                   const ConvOptions<3>& options, Where where) {
  const Call call("conv3d_relu", where, Cast::downcast, x, weight, bias, options);
  return convolution(call, x, weight, bias, options, true);
}

}  // namespace retrograd
