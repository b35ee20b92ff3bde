// Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, chapters 2, 4
// and 5, with groups: for a channel o of group g,
//   y[n, o, p] = bias[o] + sum over channels c of g and kernel positions k of
//                w[o, c, k] x[n, c, stride p + dilation k - padding]
// Transposed convolution is conv_input_grad.
#include <retrograd/ops/kernels/reference/reference.h>
#include <retrograd/ops/kernels/reference/windows.h>

namespace retrograd::kernels::reference {

namespace {

// Shapes with the channels of each group apart: (N, G, C, D, H, W) and (G, O, C, KD, KH, KW).
Sizes grouped(const ConvGeometry& s, std::int64_t channels, const Spatial& sizes) {
  return to_sizes({s.batch, s.groups, channels / s.groups, sizes[0], sizes[1], sizes[2]});
}
Sizes grouped_filters(const ConvGeometry& s) {
  return to_sizes({s.groups, s.out_channels / s.groups, s.in_channels / s.groups, s.kernel[0],
                   s.kernel[1], s.kernel[2]});
}

xt::xarray<std::size_t> groups(const ConvGeometry& geometry) {
  return xt::arange<std::size_t>(static_cast<std::size_t>(geometry.groups));
}

// (N, C, D, H, W) of (C, N, D, H, W).
Array batch_first(const Array& values) {
  return xt::transpose(values, {1, 0, 2, 3, 4});
}

Array with_bias(const Array& y, const Tensor& bias) {
  return bias.defined() ? Array(y + array(bias, {1, y.shape(1), y.shape(2), 1, 1, 1})) : y;
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& s) {
  const Windows windows(s);
  const Array input = windows.padded(array(x, grouped(s, s.in_channels, s.input)));
  const Array filters = array(weight, grouped_filters(s));
  Array y = xt::zeros<double>(grouped(s, s.out_channels, s.output));
  for (const Position& k : windows.positions()) {
    const auto [d, h, w] = windows.seen_by(k);
    for (const std::size_t g : groups(s)) {
      const Array seen = xt::view(input, xt::all(), g, xt::all(), d, h, w);
      const Array filter = xt::view(filters, g, xt::all(), xt::all(), k[0], k[1], k[2]);
      xt::view(y, xt::all(), g) += batch_first(contract(filter, seen, {1}, {1}));
    }
  }
  return channels_last(with_bias(y, bias), s.output_shape(), s.dtype);
}

// dx[n, c, stride p + dilation k - padding] is the sum over o and k of w[o, c, k] dy[n, o, p].
Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const Tensor& bias,
                       const ConvGeometry& s) {
  const Windows windows(s);
  const Array y_grad = array(grad, grouped(s, s.out_channels, s.output));
  const Array filters = array(weight, grouped_filters(s));
  Array x_grad = windows.padded(xt::zeros<double>(grouped(s, s.in_channels, s.input)));
  for (const Position& k : windows.positions()) {
    const auto [d, h, w] = windows.seen_by(k);
    for (const std::size_t g : groups(s)) {
      const Array seen = xt::view(y_grad, xt::all(), g);
      const Array filter = xt::view(filters, g, xt::all(), xt::all(), k[0], k[1], k[2]);
      xt::view(x_grad, xt::all(), g, xt::all(), d, h, w) +=
          batch_first(contract(filter, seen, {0}, {1}));
    }
  }
  return channels_last(with_bias(windows.cropped(x_grad), bias), s.input_shape(), s.dtype);
}

// dw[o, c, k] is the sum over n and p of dy[n, o, p] x[n, c, stride p + dilation k - padding].
Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& s) {
  const Windows windows(s);
  const Array input = windows.padded(array(x, grouped(s, s.in_channels, s.input)));
  const Array y_grad = array(grad, grouped(s, s.out_channels, s.output));
  Array filters_grad = xt::zeros<double>(grouped_filters(s));
  for (const Position& k : windows.positions()) {
    const auto [d, h, w] = windows.seen_by(k);
    for (const std::size_t g : groups(s)) {
      const Array seen = xt::view(input, xt::all(), g, xt::all(), d, h, w);
      const Array grad_of_group = xt::view(y_grad, xt::all(), g);
      xt::view(filters_grad, g, xt::all(), xt::all(), k[0], k[1], k[2]) =
          contract(grad_of_group, seen, {0, 2, 3, 4}, {0, 2, 3, 4});
    }
  }
  return tensor(filters_grad, s.weight_shape(), s.dtype);
}

}  // namespace retrograd::kernels::reference
