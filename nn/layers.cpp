#include <retrograd/nn/layers.h>

#include <cmath>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

namespace {

// PyTorch's default start: uniform in [-1/sqrt(fan_in), 1/sqrt(fan_in)).
Tensor uniform_parameter(const Shape& shape, DType dtype, std::int64_t fan_in, Where where) {
  const double bound = fan_in > 0 ? 1.0 / std::sqrt(static_cast<double>(fan_in)) : 0.0;
  const NoGradGuard unrecorded;
  Tensor values = rand(shape, {.dtype = dtype}, default_generator(), where);
  values.mul_(2 * bound).sub_(bound);
  return values.set_requires_grad(true, where);
}

void require_positive(const char* layer, const char* what, std::int64_t value, Where where) {
  if (value < 1) {
    fail<ValueError>(layer, where,
                     std::string(what) + " is " + std::to_string(value) + "; at least 1 is needed");
  }
}

void require_not_negative(const char* layer, const char* what, std::int64_t value, Where where) {
  if (value < 0) {
    fail<ValueError>(layer, where,
                     std::string(what) + " is " + std::to_string(value) + "; at least 0 is needed");
  }
}

void require_window(const char* layer, Size<2> kernel_size, Size<2> stride, Size<2> padding,
                    Size<2> dilation, Where where) {
  for (std::size_t d = 0; d < 2; ++d) {
    require_positive(layer, "kernel_size", kernel_size[d], where);
    require_positive(layer, "stride", stride[d], where);
    require_not_negative(layer, "padding", padding[d], where);
    require_positive(layer, "dilation", dilation[d], where);
    if (padding[d] > kernel_size[d] / 2) {
      fail<ValueError>(layer, where,
                       "padding " + std::to_string(padding[d]) + " is more than half the kernel " +
                           std::to_string(kernel_size[d]));
    }
  }
}

template <std::size_t N>
std::string text(const Size<N>& size) {
  std::string all = std::to_string(size[0]);
  bool equal = true;
  for (std::size_t d = 1; d < N; ++d) {
    all += "x" + std::to_string(size[d]);
    equal = equal && size[d] == size[0];
  }
  return equal ? std::to_string(size[0]) : all;
}

}  // namespace

Linear::Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options,
               Where where) {
  require_positive("Linear", "in_features", in_features, where);
  require_positive("Linear", "out_features", out_features, where);
  weight = uniform_parameter({out_features, in_features}, options.dtype, in_features, where);
  if (options.bias) {
    bias = uniform_parameter({out_features}, options.dtype, in_features, where);
  }
}

Members Linear::members() {
  return {{"weight", weight}, {"bias", bias}};
}

Tensor Linear::forward(const Tensor& x) {
  return linear(x, weight, bias, CallSite::current());
}

std::string Linear::describe() const {
  return "Linear(" + std::to_string(weight.size(1)) + ", " + std::to_string(weight.size(0)) + ")";
}

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

template class Conv<1>;
template class Conv<2>;

Tensor ReLU::forward(const Tensor& x) {
  return relu(x, CallSite::current());
}
Tensor Tanh::forward(const Tensor& x) {
  return tanh(x, CallSite::current());
}
Tensor Sigmoid::forward(const Tensor& x) {
  return sigmoid(x, CallSite::current());
}

MaxPool2d::MaxPool2d(Size<2> kernel_size, MaxPool2dOptions options, Where where)
    : kernel_size_(kernel_size), options_(options) {
  require_window("MaxPool2d", kernel_size, options.stride.value_or(kernel_size), options.padding,
                 options.dilation, where);
}
Tensor MaxPool2d::forward(const Tensor& x) {
  return max_pool2d(x, kernel_size_, options_, CallSite::current());
}
std::string MaxPool2d::describe() const {
  return "MaxPool2d(" + text(kernel_size_) + ")";
}

AvgPool2d::AvgPool2d(Size<2> kernel_size, AvgPool2dOptions options, Where where)
    : kernel_size_(kernel_size), options_(options) {
  require_window("AvgPool2d", kernel_size, options.stride.value_or(kernel_size), options.padding, 1,
                 where);
}
Tensor AvgPool2d::forward(const Tensor& x) {
  return avg_pool2d(x, kernel_size_, options_, CallSite::current());
}
std::string AvgPool2d::describe() const {
  return "AvgPool2d(" + text(kernel_size_) + ")";
}

Tensor Flatten::forward(const Tensor& x) {
  return flatten(x, start_, end_, CallSite::current());
}
std::string Flatten::describe() const {
  return "Flatten(" + std::to_string(start_) + ", " + std::to_string(end_) + ")";
}

}  // namespace retrograd::nn
