// Chellapilla, Puri and Simard, "High performance convolutional neural networks for document
// processing", 2006: the columns of a convolution's product of matrices, for kernel position k and
// window p,
//   columns[n, c, k, p] = x[n, c, stride p + dilation k - padding]
#include <retrograd/ops/kernels/reference/reference.h>
#include <retrograd/ops/kernels/reference/windows.h>

namespace retrograd::kernels::reference {

namespace {

// The geometry of images as volumes (N, C, 1, H, W).
ConvGeometry geometry(const UnfoldShape& s) {
  return {.input = {1, s.image[0], s.image[1]},
          .kernel = {1, s.kernel[0], s.kernel[1]},
          .output = {1, s.output[0], s.output[1]},
          .stride = {1, s.stride[0], s.stride[1]},
          .pad_before = {0, s.padding[0], s.padding[1]},
          .dilation = {1, s.dilation[0], s.dilation[1]}};
}

// (N, C, KH, KW, OH, OW)
Sizes columns_sizes(std::int64_t batch, std::int64_t channels, const UnfoldShape& s) {
  return to_sizes({batch, channels, s.kernel[0], s.kernel[1], s.output[0], s.output[1]});
}

}  // namespace

Tensor unfold(const Tensor& x, const UnfoldShape& s) {
  const std::int64_t batch = x.shape()[0];
  const std::int64_t channels = x.shape()[1];
  const Windows windows(geometry(s));
  const Array image =
      windows.padded(array(x, to_sizes({batch, channels, 1, s.image[0], s.image[1]})));
  Array columns = xt::zeros<double>(columns_sizes(batch, channels, s));
  for (const Position& k : windows.positions()) {
    const auto [d, h, w] = windows.seen_by(k);
    xt::view(columns, xt::all(), xt::all(), k[1], k[2]) =
        xt::view(image, xt::all(), xt::all(), 0, h, w);
  }
  return tensor(columns, {batch, channels * s.kernel[0] * s.kernel[1], s.output[0] * s.output[1]},
                x.dtype());
}

// x[n, c, stride p + dilation k - padding] is the sum of columns[n, c, k, p] over k and p.
Tensor fold(const Tensor& columns, const UnfoldShape& s) {
  const std::int64_t batch = columns.shape()[0];
  const std::int64_t channels = columns.shape()[1] / (s.kernel[0] * s.kernel[1]);
  const Windows windows(geometry(s));
  const Array seen = array(columns, columns_sizes(batch, channels, s));
  Array x =
      windows.padded(xt::zeros<double>(to_sizes({batch, channels, 1, s.image[0], s.image[1]})));
  for (const Position& k : windows.positions()) {
    const auto [d, h, w] = windows.seen_by(k);
    xt::view(x, xt::all(), xt::all(), 0, h, w) += xt::view(seen, xt::all(), xt::all(), k[1], k[2]);
  }
  return tensor(windows.cropped(x), {batch, channels, s.image[0], s.image[1]}, columns.dtype());
}

}  // namespace retrograd::kernels::reference
