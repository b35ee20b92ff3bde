#include <retrograd/nn/conv.h>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

using namespace detail;

template <std::size_t N>
Conv<N>::Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
              ConvLayerOptions<N> options, Where where)
    : options_{.stride = options.stride,
               .padding = options.padding,
               .dilation = options.dilation,
               .groups = options.groups} {
  constexpr const char* layer = N == 1 ? "Conv1d" : "Conv2d";
  require_positive(layer, "in_channels", in_channels, where);
  require_positive(layer, "out_channels", out_channels, where);
  require_positive(layer, "groups", options.groups, where);
  if (in_channels % options.groups != 0 || out_channels % options.groups != 0) {
    fail<ValueError>(layer, where,
                     std::to_string(in_channels) + " input and " + std::to_string(out_channels) +
                         " output channels do not split into " + std::to_string(options.groups) +
                         " groups");
  }
  Shape shape{out_channels, in_channels / options.groups};
  std::int64_t fan_in = in_channels / options.groups;
  for (std::size_t d = 0; d < N; ++d) {
    require_positive(layer, "kernel_size", kernel_size[d], where);
    require_positive(layer, "stride", options.stride[d], where);
    require_positive(layer, "dilation", options.dilation[d], where);
    require_not_negative(layer, "padding", options.padding[d], where);
    if (options.padding.mode() == same && options.stride[d] != 1) {
      fail<ValueError>(layer, where,
                       "padding 'same' needs stride 1, not " + std::to_string(options.stride[d]));
    }
    shape.push_back(kernel_size[d]);
    fan_in *= kernel_size[d];
  }
  weight = uniform_parameter(shape, options.dtype, fan_in, where);
  if (options.bias) {
    bias = uniform_parameter({out_channels}, options.dtype, fan_in, where);
  }
}

template <std::size_t N>
Members Conv<N>::members() {
  return {{"weight", weight}, {"bias", bias}};
}

template <std::size_t N>
Tensor Conv<N>::forward(const Tensor& x) {
  if constexpr (N == 1) {
    return conv1d(x, weight, bias, options_, CallSite::current());
  } else {
    return conv2d(x, weight, bias, options_, CallSite::current());
  }
}

template <std::size_t N>
std::string Conv<N>::describe() const {
  std::string kernel;
  for (std::size_t d = 0; d < N; ++d) {
    kernel += (d == 0 ? "" : "x") + std::to_string(weight.shape()[d + 2]);
  }
  return "Conv" + std::to_string(N) + "d(" + std::to_string(weight.shape()[1] * options_.groups) +
         ", " + std::to_string(weight.shape()[0]) + ", " + kernel + ")";
}

template <std::size_t N>
std::int64_t Conv<N>::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return count(output) * (weight.numel() / weight.shape()[0]);
}

template class Conv<1>;
template class Conv<2>;

}  // namespace retrograd::nn
