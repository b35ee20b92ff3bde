#include <retrograd/nn/conv.h>

#include <algorithm>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

using namespace detail;

namespace {

// Checks what all of them have; gives the kernel's number of places.
template <std::size_t N, class Options>
std::int64_t checked_places(const Frame& call, std::int64_t in_channels, std::int64_t out_channels,
                            Size<N> kernel_size, const Options& options) {
  require_positive(call, "in_channels", in_channels);
  require_positive(call, "out_channels", out_channels);
  std::int64_t places = 1;
  for (std::size_t d = 0; d < N; ++d) {
    require_positive(call, "kernel_size", kernel_size[d]);
    require_positive(call, "stride", options.stride[d]);
    require_positive(call, "dilation", options.dilation[d]);
    require_not_negative(call, "padding", options.padding[d]);
    places *= kernel_size[d];
  }
  return places;
}

void check_groups(const Frame& call, std::int64_t in_channels, std::int64_t out_channels,
                  std::int64_t groups) {
  require_positive(call, "groups", groups);
  if (in_channels % groups != 0 || out_channels % groups != 0) {
    fail<ValueError>(
        call, std::to_string(in_channels) + " input and " + std::to_string(out_channels) +
                  " output channels do not split into " + std::to_string(groups) + " groups");
  }
}

template <std::size_t N>
std::string name(const char* family) {
  return family + std::to_string(N) + "d";
}

// "(4, 6, 3x3)": the kernel's sizes are the weight's last.
template <std::size_t N>
std::string arguments(std::int64_t in_channels, std::int64_t out_channels, const Tensor& weight) {
  std::string kernel;
  for (std::size_t d = weight.shape().size() - N; d < weight.shape().size(); ++d) {
    kernel += (kernel.empty() ? "" : "x") + std::to_string(weight.shape()[d]);
  }
  return "(" + std::to_string(in_channels) + ", " + std::to_string(out_channels) + ", " + kernel +
         ")";
}

// Before and after each spatial dimension, the last one first.
template <std::size_t N>
std::vector<std::int64_t> sides(const ConvOptions<N>& options, const Tensor& weight) {
  std::vector<std::int64_t> all;
  for (std::size_t d = N; d-- > 0;) {
    const bool keeps_length = options.padding.mode() == same;
    const std::int64_t both =
        keeps_length ? options.dilation[d] * (weight.shape()[d + 2] - 1) : 2 * options.padding[d];
    all.push_back(both / 2);
    all.push_back(both - both / 2);
  }
  return all;
}

}  // namespace

template <std::size_t N>
Conv<N>::Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
              ConvLayerOptions<N> options, Where where)
    : options_{.stride = options.stride,
               .padding = options.padding,
               .dilation = options.dilation,
               .groups = options.groups},
      padding_mode_(options.padding_mode) {
  const std::string layer = name<N>("Conv");
  const Frame call(layer.c_str(), where);
  const std::int64_t places = checked_places(call, in_channels, out_channels, kernel_size, options);
  require_floating(call, options.dtype);
  check_groups(call, in_channels, out_channels, options.groups);
  Shape shape{out_channels, in_channels / options.groups};
  for (std::size_t d = 0; d < N; ++d) {
    if (options.padding.mode() == same && options.stride[d] != 1) {
      fail<ValueError>(call,
                       "padding 'same' needs stride 1, not " + std::to_string(options.stride[d]));
    }
    shape.push_back(kernel_size[d]);
  }
  const std::int64_t fan_in = in_channels / options.groups * places;
  weight = uniform_parameter(shape, options.dtype, fan_in);
  if (options.bias) {
    bias = uniform_parameter({out_channels}, options.dtype, fan_in);
  }
}

template <std::size_t N>
Members Conv<N>::members() {
  return {{"weight", weight}, {"bias", bias}};
}

template <std::size_t N>
Tensor Conv<N>::forward(const Tensor& x) {
  return convolve(x, false);
}
template <std::size_t N>
Tensor Conv<N>::forward_relu(const Tensor& x) {
  return convolve(x, true);
}

template <std::size_t N>
Tensor Conv<N>::convolve(const Tensor& x, bool relu) {
  Tensor input = x;
  ConvOptions<N> options = options_;
  if (padding_mode_ != PaddingMode::constant) {
    input = pad(x, sides(options_, weight), {.mode = padding_mode_});
    options.padding = 0;
  }
  if constexpr (N == 1) {
    return (relu ? conv1d_relu : conv1d)(input, weight, bias, options, {});
  } else if constexpr (N == 2) {
    return (relu ? conv2d_relu : conv2d)(input, weight, bias, options, {});
  } else {
    return (relu ? conv3d_relu : conv3d)(input, weight, bias, options, {});
  }
}

template <std::size_t N>
std::string Conv<N>::describe() const {
  return name<N>("Conv") +
         arguments<N>(weight.shape()[1] * options_.groups, weight.shape()[0], weight);
}

template <std::size_t N>
std::int64_t Conv<N>::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return count(output) * (weight.numel() / weight.shape()[0]);
}

template class Conv<1>;
template class Conv<2>;
template class Conv<3>;

template <std::size_t N>
ConvTranspose<N>::ConvTranspose(std::int64_t in_channels, std::int64_t out_channels,
                                Size<N> kernel_size, ConvTransposeLayerOptions<N> options,
                                Where where)
    : options_{.stride = options.stride,
               .padding = options.padding,
               .output_padding = options.output_padding,
               .groups = options.groups,
               .dilation = options.dilation} {
  const std::string layer = name<N>("ConvTranspose");
  const Frame call(layer.c_str(), where);
  const std::int64_t places = checked_places(call, in_channels, out_channels, kernel_size, options);
  require_floating(call, options.dtype);
  check_groups(call, in_channels, out_channels, options.groups);
  Shape shape{in_channels, out_channels / options.groups};
  for (std::size_t d = 0; d < N; ++d) {
    const std::int64_t extra = options.output_padding[d];
    const std::int64_t limit = std::max(options.stride[d], options.dilation[d]);
    if (extra < 0 || extra >= limit) {
      fail<ValueError>(call, "output_padding is " + std::to_string(extra) +
                                 "; it must be at least 0 and below the stride or the dilation, " +
                                 std::to_string(limit));
    }
    shape.push_back(kernel_size[d]);
  }
  const std::int64_t fan = out_channels / options.groups * places;
  weight = uniform_parameter(shape, options.dtype, fan);
  if (options.bias) {
    bias = uniform_parameter({out_channels}, options.dtype, fan);
  }
}

template <std::size_t N>
Members ConvTranspose<N>::members() {
  return {{"weight", weight}, {"bias", bias}};
}

template <std::size_t N>
Tensor ConvTranspose<N>::forward(const Tensor& x) {
  if constexpr (N == 1) {
    return conv_transpose1d(x, weight, bias, options_);
  } else if constexpr (N == 2) {
    return conv_transpose2d(x, weight, bias, options_);
  } else {
    return conv_transpose3d(x, weight, bias, options_);
  }
}

template <std::size_t N>
std::string ConvTranspose<N>::describe() const {
  return name<N>("ConvTranspose") +
         arguments<N>(weight.shape()[0], weight.shape()[1] * options_.groups, weight);
}

template <std::size_t N>
std::int64_t ConvTranspose<N>::multiply_adds(const std::vector<Shape>& inputs, const Shape&) const {
  return count(inputs[0]) * (weight.numel() / weight.shape()[0]);
}

template class ConvTranspose<1>;
template class ConvTranspose<2>;
template class ConvTranspose<3>;

template <std::size_t N>
LocallyConnected<N>::LocallyConnected(std::int64_t in_channels, std::int64_t out_channels,
                                      Size<N> input_size, Size<N> kernel_size,
                                      LocallyConnectedLayerOptions<N> options, Where where)
    : options_{.stride = options.stride, .padding = options.padding, .dilation = options.dilation} {
  const std::string layer = name<N>("LocallyConnected");
  const Frame call(layer.c_str(), where);
  const std::int64_t places = checked_places(call, in_channels, out_channels, kernel_size, options);
  require_floating(call, options.dtype);
  Shape shape;
  Shape bias_shape{out_channels};
  for (std::size_t d = 0; d < N; ++d) {
    require_positive(call, "input_size", input_size[d]);
    const std::int64_t span = options.dilation[d] * (kernel_size[d] - 1) + 1;
    const std::int64_t room = input_size[d] + 2 * options.padding[d] - span;
    if (room < 0) {
      fail<ValueError>(call, "the kernel spans " + std::to_string(span) + " of a padded input of " +
                                 std::to_string(room + span));
    }
    shape.push_back(room / options.stride[d] + 1);
    bias_shape.push_back(shape[d]);
  }
  shape.push_back(out_channels);
  shape.push_back(in_channels);
  for (const std::int64_t size : kernel_size) {
    shape.push_back(size);
  }
  weight = uniform_parameter(shape, options.dtype, in_channels * places);
  if (options.bias) {
    bias = uniform_parameter(bias_shape, options.dtype, in_channels * places);
  }
}

template <std::size_t N>
Members LocallyConnected<N>::members() {
  return {{"weight", weight}, {"bias", bias}};
}

template <std::size_t N>
Tensor LocallyConnected<N>::forward(const Tensor& x) {
  if constexpr (N == 1) {
    return locally_connected1d(x, weight, bias, options_);
  } else {
    return locally_connected2d(x, weight, bias, options_);
  }
}

template <std::size_t N>
std::string LocallyConnected<N>::describe() const {
  return name<N>("LocallyConnected") +
         arguments<N>(weight.shape()[N + 1], weight.shape()[N], weight);
}

template <std::size_t N>
std::int64_t LocallyConnected<N>::multiply_adds(const std::vector<Shape>&,
                                                const Shape& output) const {
  std::int64_t inputs_of_a_place = weight.shape()[N + 1];
  for (std::size_t d = N + 2; d < weight.shape().size(); ++d) {
    inputs_of_a_place *= weight.shape()[d];
  }
  return count(output) * inputs_of_a_place;
}

template class LocallyConnected<1>;
template class LocallyConnected<2>;

}  // namespace retrograd::nn
