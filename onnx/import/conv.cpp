// Convolutions.
#include <algorithm>

#include <retrograd/onnx/import/windows.h>

namespace retrograd::onnx::detail {

namespace {

template <std::size_t N>
Tensor run_conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const Windows& windows,
                const Ints& padding, std::int64_t groups) {
  const ConvOptions<N> options{.stride = to_size<N>(windows.stride),
                               .padding = to_size<N>(padding),
                               .dilation = to_size<N>(windows.dilation),
                               .groups = groups};
  if constexpr (N == 1) {
    return conv1d(x, weight, bias, options);
  } else if constexpr (N == 2) {
    return conv2d(x, weight, bias, options);
  } else {
    return conv3d(x, weight, bias, options);
  }
}

Ints spatial(const NodeCall& call, const Tensor& weight) {
  if (weight.dim() < 3 || weight.dim() > 5) {
    call.refuse("a convolution with a weight of {} dimensions [onnx-unsupported]", weight.dim());
  }
  return {weight.shape().begin() + 2, weight.shape().end()};
}

Outputs conv(NodeCall& call) {
  Tensor x = call.in(0);
  const Tensor& weight = call.in(1);
  const Tensor bias = call.optional(2);
  const Windows windows = windows_of(call, x.shape(), spatial(call, weight));
  Ints padding = windows.before;
  if (!windows.is_symmetric() || std::ranges::min(padding) < 0) {
    x = pad_spatial(x, windows.before, windows.after);
    padding.assign(windows.rank(), 0);
  }
  const std::int64_t groups = call.integer("group", 1);
  switch (windows.rank()) {
    case 1: return {run_conv<1>(x, weight, bias, windows, padding, groups)};
    case 2: return {run_conv<2>(x, weight, bias, windows, padding, groups)};
    default: return {run_conv<3>(x, weight, bias, windows, padding, groups)};
  }
}

template <std::size_t N>
Tensor run_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const Windows& windows, const Ints& padding, const Ints& output_padding,
                     std::int64_t groups) {
  const ConvTransposeOptions<N> options{.stride = to_size<N>(windows.stride),
                                        .padding = to_size<N>(padding),
                                        .output_padding = to_size<N>(output_padding),
                                        .groups = groups,
                                        .dilation = to_size<N>(windows.dilation)};
  if constexpr (N == 1) {
    return conv_transpose1d(x, weight, bias, options);
  } else if constexpr (N == 2) {
    return conv_transpose2d(x, weight, bias, options);
  } else {
    return conv_transpose3d(x, weight, bias, options);
  }
}
Tensor run_transpose(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const Windows& windows, const Ints& padding, const Ints& output_padding,
                     std::int64_t groups) {
  switch (windows.rank()) {
    case 1: return run_transpose<1>(x, weight, bias, windows, padding, output_padding, groups);
    case 2: return run_transpose<2>(x, weight, bias, windows, padding, output_padding, groups);
    default: return run_transpose<3>(x, weight, bias, windows, padding, output_padding, groups);
  }
}

// The padding that gives a wanted output, or the length times the stride.
void fit_output(const NodeCall& call, const Shape& x, const Ints& output_padding,
                Windows& windows) {
  const std::string automatic = call.text("auto_pad", "NOTSET");
  Ints wanted = call.integers("output_shape");
  if (wanted.size() == windows.rank() + 2) {
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  }
  const bool is_same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  if (wanted.size() != windows.rank() && !is_same) {
    return;
  }
  for (std::size_t i = 0; i < windows.rank(); ++i) {
    const std::int64_t full = (x[i + 2] - 1) * windows.stride[i] + windows.reach(i);
    const std::int64_t length = wanted.empty() ? x[i + 2] * windows.stride[i] : wanted[i];
    const std::int64_t cut = full + output_padding[i] - length;
    // A longer output is filled at its end.
    const std::int64_t half = std::max<std::int64_t>(cut, 0) / 2;
    windows.before[i] = automatic == "SAME_UPPER" || cut < 0 ? half : cut - half;
    windows.after[i] = cut - windows.before[i];
  }
}

Outputs conv_transpose(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Tensor& weight = call.in(1);
  const Tensor bias = call.optional(2);
  const std::int64_t groups = call.integer("group", 1);
  Windows windows = windows_of(call, x.shape(), spatial(call, weight));
  Ints output_padding = call.integers("output_padding");
  output_padding.resize(windows.rank(), 0);
  fit_output(call, x.shape(), output_padding, windows);
  bool is_direct = windows.is_symmetric() && std::ranges::min(windows.before) >= 0;
  for (std::size_t i = 0; i < windows.rank(); ++i) {
    is_direct = is_direct && output_padding[i] < std::max(windows.stride[i], windows.dilation[i]);
  }
  if (is_direct) {
    return {run_transpose(x, weight, bias, windows, windows.before, output_padding, groups)};
  }
  // The whole result, cut or padded at each end, and then the bias.
  const Ints none(windows.rank(), 0);
  Ints before;
  Ints after;
  for (std::size_t i = 0; i < windows.rank(); ++i) {
    before.push_back(-windows.before[i]);
    after.push_back(output_padding[i] - windows.after[i]);
  }
  Tensor y = pad_spatial(run_transpose(x, weight, {}, windows, none, none, groups), before, after);
  if (bias.defined()) {
    Shape beside = Shape::filled(windows.rank() + 1, 1);
    beside[0] = bias.numel();
    y = y + reshape(bias, beside);
  }
  return {y};
}

constexpr Importer importers[] = {
    {"Conv", conv},
    {"ConvTranspose", conv_transpose},
};

}  // namespace

std::span<const Importer> conv_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
