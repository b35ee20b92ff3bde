#include <retrograd/ops/conv.h>

#include <algorithm>

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

// Checks options and tensors, which inputs() has checked before.
template <std::size_t N>
ConvGeometry checked(const Frame& call, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const ConvOptions<N>& options) {
  check_options<N>(call, x, weight, options);
  for (std::size_t d = 0; d < N; ++d) {
    check::require<ValueError>(call, options.padding.mode() != same || options.stride[d] == 1,
                               {{"input", x}, {"weight", weight}},
                               "padding 'same' needs stride 1, not {} [option-conflict]",
                               options.stride[d]);
  }
  check_groups(call, x, weight, options.groups);
  check_tensors<N>(call, x, weight, bias, options.groups);
  return shape_of(call, x, weight, options);
}

template <std::size_t N>
Tensor convolution(const Call& call, const Tensor& input, const Tensor& filters,
                   const Tensor& offsets, const ConvOptions<N>& options, bool relu = false) {
  const auto [x, weight, bias] =
      call.inputs({{"input", input, floating}, {"weight", filters}, {"bias", offsets, optional}});
  const ConvGeometry geometry = checked(call, x, weight, bias, options);
  if (x.dim() == static_cast<std::int64_t>(N + 1)) {
    return call.result(squeeze(conv(call, unsqueeze(x, 0), weight, bias, geometry, relu), 0));
  }
  return conv(call, x, weight, bias, geometry, relu);
}

// The convolution behind one with `before`, by 1x1 filters.
ConvGeometry pointwise_behind(const ConvGeometry& before, std::int64_t filters) {
  ConvGeometry s = before;
  s.in_channels = before.out_channels;
  s.out_channels = filters;
  s.groups = 1;
  s.input = before.output;
  s.kernel = s.stride = s.dilation = {1, 1, 1};
  s.pad_before = s.pad_after = {0, 0, 0};
  return s;
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

Tensor separable_conv2d_relu(const Tensor& x, const Tensor& depthwise, const Tensor& pointwise,
                             const Tensor& depthwise_bias, const Tensor& pointwise_bias,
                             const ConvOptions<2>& options, Where where) {
  const Call call("separable_conv2d_relu", where, Cast::downcast, x, depthwise, pointwise,
                  depthwise_bias, pointwise_bias, options);
  const auto [images, first, second, first_bias, second_bias] =
      call.inputs({{"input", x, floating},
                   {"depthwise", depthwise, like_first},
                   {"pointwise", pointwise, like_first},
                   {"depthwise_bias", depthwise_bias, optional | like_first},
                   {"pointwise_bias", pointwise_bias, optional | like_first}});
  check::require<ValueError>(call, options.groups == 1, {{"input", images}, {"depthwise", first}},
                             "the groups are the channels; options.groups must stay 1, not {} "
                             "[option-conflict]",
                             options.groups);
  ConvOptions<2> by_channels = options;
  by_channels.groups = check_ranks<2>(call, images, first, 4);
  const ConvGeometry geometry = checked(call, images, first, first_bias, by_channels);
  const std::int64_t filters = second.dim() == 4 ? second.shape()[0] : 0;
  check::require<ShapeError>(
      call, second.shape() == Shape{filters, geometry.out_channels, 1, 1},
      {{"depthwise", first}, {"pointwise", second}},
      "pointwise must be (O, {}, 1, 1), for the filters of depthwise [shape-unexpected]",
      geometry.out_channels);
  check::require<ShapeError>(
      call, !second_bias.defined() || second_bias.shape() == Shape{filters},
      {{"pointwise", second}, {"pointwise_bias", second_bias}},
      "pointwise_bias must have one element for each of the {} filters [shape-unexpected]",
      filters);
  if (images.dim() == 3) {
    return call.result(squeeze(separable_conv2d_relu(unsqueeze(images, 0), first, second,
                                                     first_bias, second_bias, options),
                               0));
  }
  const auto inputs = {&images, &first, &second, &first_bias, &second_bias};
  const bool is_recorded =
      grad_enabled() && std::any_of(inputs.begin(), inputs.end(), [](const Tensor* each) {
        return each->defined() && each->requires_grad();
      });
  if (is_recorded || detail::record_mode().detect_anomaly) {
    const Tensor y = conv2d_relu(images, first, first_bias, by_channels);
    return call.result(conv2d_relu(y, second, second_bias));
  }
  return call.result(kernels::separable_conv_relu(images, {first, first_bias}, geometry,
                                                  {second, second_bias},
                                                  pointwise_behind(geometry, filters)));
}

}  // namespace retrograd
