#include <retrograd/nn/conv.h>

#include <algorithm>
#include <span>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/layer.h>
#include <retrograd/nn/norm.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::nn {

using retrograd::detail::formatted;

using namespace detail;

namespace {

// What all of them have, and groups where a layer has them.
template <std::size_t N, class Options>
void require_common(const Frame& call, std::int64_t in_channels, std::int64_t out_channels,
                    Size<N> kernel_size, const Options& options) {
  require_positive(call, {{"in_channels", in_channels}, {"out_channels", out_channels}});
  require_window(call, kernel_size, options.stride, options.padding, options.dilation);
  require_floating(call, options.dtype);
  if constexpr (requires { options.groups; }) {
    const std::int64_t groups = options.groups;
    require_positive(call, "groups", groups);
    check::require<ValueError>(
        call, in_channels % groups == 0 && out_channels % groups == 0, {},
        "{} input and {} output channels do not split into {} groups [groups-uneven]", in_channels,
        out_channels, groups);
  }
}

constexpr const char* kConv[] = {"Conv1d", "Conv2d", "Conv3d"};
constexpr const char* kConvTranspose[] = {"ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"};
constexpr const char* kLocallyConnected[] = {"LocallyConnected1d", "LocallyConnected2d"};

Shape followed_by(Shape shape, std::span<const std::int64_t> sizes) {
  for (const std::int64_t size : sizes) {
    shape.push_back(size);
  }
  return shape;
}

// Before and after each spatial dimension, the last one first.
template <std::size_t N>
std::vector<std::int64_t> sides(const retrograd::ConvOptions<N>& options, const Tensor& weight) {
  std::vector<std::int64_t> all;
  for (std::size_t d = N; d-- > 0;) {
    const bool keeps_length = options.padding.mode() == same;
    const std::int64_t both =
        keeps_length ? options.dilation[d] * (weight.shape()[d + 2] - 1) : 2 * options.padding[d];
    all.insert(all.end(), {both / 2, both - both / 2});
  }
  return all;
}

}  // namespace

template <std::size_t N>
Conv<N>::Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
              ConvOptions<N> options, Where where)
    : Weighted(described(kConv[N - 1], in_channels, out_channels, text(kernel_size, "x"))),
      options_{.stride = options.stride,
               .padding = options.padding,
               .dilation = options.dilation,
               .groups = options.groups},
      padding_mode_(options.padding_mode) {
  const Frame call(kConv[N - 1], where);
  require_common(call, in_channels, out_channels, kernel_size, options);
  for (const std::int64_t stride : options.stride) {
    check::require<ValueError>(call, options.padding.mode() != same || stride == 1, {},
                               "padding 'same' needs stride 1, not {} [option-conflict]", stride);
  }
  const Shape filters = followed_by({out_channels, in_channels / options.groups}, kernel_size);
  start_uniform(*this, filters, count(filters, 1), {out_channels}, options.bias, options.dtype);
}

template <std::size_t N>
void Conv<N>::require_channels(const Tensor& x) const {
  if (!x.defined() || x.dim() < static_cast<std::int64_t>(N) + 1 || !weight.defined() ||
      weight.dim() != static_cast<std::int64_t>(N) + 2) {
    return;
  }
  const std::int64_t channels = x.size(-static_cast<std::int64_t>(N) - 1);
  if (channels != weight.shape()[1] && options_.groups == 1) [[unlikely]] {
    const std::string kernel = text(std::span(weight.shape()).subspan(2), ", ");
    check::refuse<ShapeError>(
        Frame(pick<N>("conv1d", "conv2d", "conv3d"), {}), {{"input", x}, {"weight", weight}},
        "input has {} channels but weight expects {} (weight.size(1) x groups = {} x 1); use {} "
        "[channels-differ]",
        channels, weight.shape()[1], weight.shape()[1],
        described(kConv[N - 1], channels, weight.shape()[0],
                  N == 1 ? kernel : formatted("{{{}}}", kernel)));
  }
}

template <std::size_t N>
Tensor Conv<N>::forward_fused(const Tensor& x, const Module& next) {
  return is_before_relu(*this, next) ? forward_relu(x) : Tensor();
}

// Whether a convolution's weight and bias can include a norm, and have less elements than x: sizes
// of a filter beside positions of the window.
template <std::size_t N>
bool is_foldable(const Conv<N>& conv, const Tensor& x, Size<N> stride, const BatchNorm<N>& norm) {
  constexpr std::int64_t kLeastWork = 8192;  // below, the overhead of small operators is more
  const Tensor& weight = conv.weight;
  if (!weight.defined() || weight.dim() != static_cast<std::int64_t>(N) + 2 || !x.defined() ||
      x.dim() != weight.dim() || x.dtype() != weight.dtype() || x.dtype() == bfloat16 ||
      !norm.is_fixed(weight.shape()[0], x.dtype())) {
    return false;
  }
  std::int64_t positions = x.shape()[0];
  for (std::size_t d = 0; d < N; ++d) {
    positions *= x.shape()[d + 2] / stride[d];
  }
  return positions >= count(weight.shape(), 1) && positions * weight.shape()[0] >= kLeastWork;
}

template <std::size_t N>
typename Conv<N>::Filters Conv<N>::folded(const BatchNorm<N>& norm) const {
  const auto [scale, shift] = norm.as_scale_and_shift();
  Shape filters = weight.shape();
  std::fill(filters.begin() + 1, filters.end(), 1);
  return {weight * reshape(scale, filters), bias.defined() ? bias * scale + shift : shift};
}

template <std::size_t N>
Tensor Conv<N>::forward_normalised(const Tensor& x, const Module& norm, bool relu) {
  if (typeid(*this) != typeid(Conv) || typeid(norm) != typeid(BatchNorm<N>) || grad_enabled() ||
      autocast_enabled()) {
    return {};
  }
  const auto& fixed = static_cast<const BatchNorm<N>&>(norm);
  if (!is_foldable(*this, x, options_.stride, fixed)) {
    return {};
  }
  const Filters with_norm = folded(fixed);
  return convolve(x, with_norm.weight, with_norm.bias, relu);
}

// Whether the results of 1x1 filters are as many as the positions.
template <std::size_t N>
bool takes_each_position(const retrograd::ConvOptions<N>& options) {
  bool each = true;  // `same` and `valid` pad no 1x1 filter
  for (std::size_t d = 0; d < N; ++d) {
    each = each && options.stride[d] == 1 && options.padding[d] == 0;
  }
  return each;
}

template <std::size_t N>
Tensor Conv<N>::forward_separable(const Tensor& x, const Module& norm, const Module& next,
                                  const Module& next_norm) {
  if constexpr (N == 2) {
    if (typeid(*this) != typeid(Conv) || typeid(next) != typeid(Conv) ||
        typeid(norm) != typeid(BatchNorm<N>) || typeid(next_norm) != typeid(BatchNorm<N>) ||
        grad_enabled() || autocast_enabled()) {
      return {};
    }
    const auto& mixing = static_cast<const Conv&>(next);
    const auto& fixed = static_cast<const BatchNorm<N>&>(norm);
    const auto& next_fixed = static_cast<const BatchNorm<N>&>(next_norm);
    const std::int64_t channels = options_.groups;
    if (!is_foldable(*this, x, options_.stride, fixed) ||
        !is_foldable(mixing, x, options_.stride, next_fixed) ||  // its images are as many
        padding_mode_ != PaddingMode::constant || x.shape()[1] != channels ||
        weight.shape()[0] != channels || weight.shape()[1] != 1 || mixing.options_.groups != 1 ||
        !takes_each_position(mixing.options_) || mixing.padding_mode_ != PaddingMode::constant ||
        mixing.weight.shape() != Shape{mixing.weight.shape()[0], channels, 1, 1}) {
      return {};
    }
    const Filters first = folded(fixed);
    const Filters second = mixing.folded(next_fixed);
    retrograd::ConvOptions<N> each = options_;
    each.groups = 1;
    return separable_conv2d_relu(x, first.weight, second.weight, first.bias, second.bias, each, {});
  } else {
    return {};
  }
}

template <std::size_t N>
Tensor Conv<N>::convolve(const Tensor& x, const Tensor& with_weight, const Tensor& with_bias,
                         bool relu) {
  require_channels(x);
  const auto plain = pick<N>(conv1d, conv2d, conv3d);
  const auto conv = relu ? pick<N>(conv1d_relu, conv2d_relu, conv3d_relu) : plain;
  if (padding_mode_ == PaddingMode::constant) {
    return conv(x, with_weight, with_bias, options_, {});
  }
  retrograd::ConvOptions<N> unpadded = options_;
  unpadded.padding = 0;
  return conv(pad(x, sides(options_, weight), {.mode = padding_mode_}), with_weight, with_bias,
              unpadded, {});
}

template <std::size_t N>
ConvTranspose<N>::ConvTranspose(std::int64_t in_channels, std::int64_t out_channels,
                                Size<N> kernel_size, ConvTransposeOptions<N> options, Where where)
    : Weighted(described(kConvTranspose[N - 1], in_channels, out_channels, text(kernel_size, "x"))),
      options_{.stride = options.stride,
               .padding = options.padding,
               .output_padding = options.output_padding,
               .groups = options.groups,
               .dilation = options.dilation} {
  const Frame call(kConvTranspose[N - 1], where);
  require_common(call, in_channels, out_channels, kernel_size, options);
  for (std::size_t d = 0; d < N; ++d) {
    const std::int64_t extra = options.output_padding[d];
    const std::int64_t limit = std::max(options.stride[d], options.dilation[d]);
    check::require<ValueError>(
        call, 0 <= extra && extra < limit, {},
        "output_padding is {}; it must be at least 0 and below the stride or the dilation, {} "
        "[value-out-of-range]",
        extra, limit);
  }
  const Shape filters = followed_by({in_channels, out_channels / options.groups}, kernel_size);
  start_uniform(*this, filters, count(filters, 1), {out_channels}, options.bias, options.dtype);
}

template <std::size_t N>
Tensor ConvTranspose<N>::forward(const Tensor& x) {
  return pick<N>(conv_transpose1d, conv_transpose2d, conv_transpose3d)(x, weight, bias, options_,
                                                                       {});
}

template <std::size_t N>
std::int64_t ConvTranspose<N>::multiply_adds(const std::vector<Shape>& inputs, const Shape&) const {
  return count(inputs[0]) * count(weight.shape(), 1);
}

template <std::size_t N>
LocallyConnected<N>::LocallyConnected(std::int64_t in_channels, std::int64_t out_channels,
                                      Size<N> input_size, Size<N> kernel_size,
                                      LocallyConnectedOptions<N> options, Where where)
    : Weighted(
          described(kLocallyConnected[N - 1], in_channels, out_channels, text(kernel_size, "x")),
          N + 1),
      options_{.stride = options.stride, .padding = options.padding, .dilation = options.dilation} {
  const Frame call(kLocallyConnected[N - 1], where);
  require_common(call, in_channels, out_channels, kernel_size, options);
  Shape positions;
  for (std::size_t d = 0; d < N; ++d) {
    require_positive(call, "input_size", input_size[d]);
    const std::int64_t span = options.dilation[d] * (kernel_size[d] - 1) + 1;
    const std::int64_t room = input_size[d] + 2 * options.padding[d] - span;
    check::require<ValueError>(call, room >= 0, {},
                               "the kernel spans {} of a padded input of {} [output-empty]", span,
                               room + span);
    positions.push_back(room / options.stride[d] + 1);
  }
  const Shape filters =
      followed_by(followed_by(positions, Shape{out_channels, in_channels}), kernel_size);
  start_uniform(*this, filters, count(filters, N + 1), followed_by({out_channels}, positions),
                options.bias, options.dtype);
}

template <std::size_t N>
Tensor LocallyConnected<N>::forward(const Tensor& x) {
  return pick<N>(locally_connected1d, locally_connected2d)(x, weight, bias, options_, {});
}

template class Conv<1>;
template class Conv<2>;
template class Conv<3>;
template class ConvTranspose<1>;
template class ConvTranspose<2>;
template class ConvTranspose<3>;
template class LocallyConnected<1>;
template class LocallyConnected<2>;

}  // namespace retrograd::nn
