// What layers share: checks of their arguments, initial values, text. Internal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <tuple>
#include <typeinfo>
#include <utility>
#include <vector>

#include <retrograd/nn/activation.h>
#include <retrograd/nn/layer.h>
#include <retrograd/ops/size.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn::detail {

// PyTorch's default start: a parameter uniform in [-1/sqrt(fan_in), 1/sqrt(fan_in)).
Tensor uniform_parameter(const Shape& shape, DType dtype, std::int64_t fan_in);
// The same for a layer's weight and bias.
template <class Layer>
void start_uniform(Layer& layer, const Shape& weight, std::int64_t fan_in, const Shape& bias,
                   bool has_bias, DType dtype) {
  layer.weight = uniform_parameter(weight, dtype, fan_in);
  if (has_bias) {
    layer.bias = uniform_parameter(bias, dtype, fan_in);
  }
}

// The product of the sizes from dimension `first`.
std::int64_t count(const Shape& shape, std::size_t first = 0) noexcept;

// A function with its arguments behind the input, for Stateless.
template <class F, class... A>
auto with(F* function, A... arguments) {
  return [=](const Tensor& x, bool /*training*/) { return function(x, arguments..., {}); };
}

// That of the functions for 1, 2 and 3 spatial dimensions which is for N.
template <std::size_t N, class... F>
constexpr auto pick(F*... each) {
  return std::get<N - 1>(std::tuple(each...));
}

// A number with all its digits, a text, a shape.
inline std::string text(const check::Part& value) {
  return check::filled("{}", {value});
}
// "3x5".
std::string text(std::span<const std::int64_t> numbers, const char* between);
// "3", or "3x5" where the dimensions differ.
template <std::size_t N>
std::string text(const Size<N>& size) {
  const bool equal = std::equal(size.begin() + 1, size.end(), size.begin());
  return equal ? text(size[0]) : text(size, "x");
}

// Throws ValueError: "layer: what is value; wanted", unless it holds.
template <class T>
void require(const Frame& call, bool holds, const char* what, T value, const char* wanted) {
  check::require<ValueError>(call, holds, {}, "{} is {}; {} [value-out-of-range]", what, value,
                             wanted);
}
// Of numbers with their names.
inline void require_positive(const Frame& call,
                             std::initializer_list<std::pair<const char*, std::int64_t>> numbers) {
  for (const auto& [what, value] : numbers) {
    require(call, value >= 1, what, value, "at least 1 is needed");
  }
}
inline void require_positive(const Frame& call, const char* what, std::int64_t value) {
  require_positive(call, {{what, value}});
}
inline void require_not_negative(const Frame& call, const char* what, std::int64_t value) {
  require(call, value >= 0, what, value, "at least 0 is needed");
}
// The sizes of a window. The padding is Size<N> or Padding<N>.
template <std::size_t N, class P>
void require_window(const Frame& call, Size<N> kernel_size, Size<N> stride, const P& padding,
                    Size<N> dilation) {
  for (std::size_t d = 0; d < N; ++d) {
    require_positive(
        call, {{"kernel_size", kernel_size[d]}, {"stride", stride[d]}, {"dilation", dilation[d]}});
    require_not_negative(call, "padding", padding[d]);
  }
}
// Throws DTypeError unless parameters of this dtype can be trained.
void require_floating(const Frame& call, DType dtype);

// Whether `next` is a ReLU behind a layer that is of the class Layer itself.
template <class Layer>
bool is_before_relu(const Layer& layer, const Module& next) {
  return typeid(layer) == typeid(Layer) && typeid(next) == typeid(ReLU);
}

// "Linear(120, 84)".
std::string with_arguments(const char* layer, const std::vector<std::string>& arguments);
template <class... A>
std::string described(const char* layer, const A&... arguments) {
  return with_arguments(layer, {text(arguments)...});
}

}  // namespace retrograd::nn::detail
