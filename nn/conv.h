// Convolution layers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/conv.h>
#include <retrograd/ops/pad.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

template <std::size_t N>
struct ConvLayerOptions {
  Size<N> stride = 1;
  Padding<N> padding = 0;  // or valid, or same
  Size<N> dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  PaddingMode padding_mode = PaddingMode::constant;  // what the padding holds; constant: zeros
  DType dtype = float32;
};

// Convolution over N spatial dimensions; weight (out, in / groups, kernel...), bias (out). Both
// start uniform in [-1/sqrt(n), 1/sqrt(n)) with n = in / groups times the kernel's size.
template <std::size_t N>
class RETROGRAD_API Conv : public Weighted {
 public:
  Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
       ConvLayerOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return convolve(x, false); }
  // relu(forward(x)) in one operator.
  Tensor forward_relu(const Tensor& x) { return convolve(x, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  Tensor convolve(const Tensor& x, bool relu);
  // Throws ShapeError with the layer that would fit, for another number of channels.
  void require_channels(const Tensor& x) const;

  ConvOptions<N> options_;
  PaddingMode padding_mode_;
};

using Conv1d = Conv<1>;
using Conv2d = Conv<2>;
using Conv3d = Conv<3>;

template <std::size_t N>
struct ConvTransposeLayerOptions {
  Size<N> stride = 1;
  Size<N> padding = 0;
  Size<N> output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Size<N> dilation = 1;
  DType dtype = float32;
};

// Transposed convolution; weight (in, out / groups, kernel...), bias (out). Both start uniform in
// [-1/sqrt(n), 1/sqrt(n)) with n = out / groups times the kernel's size, as in PyTorch.
template <std::size_t N>
class RETROGRAD_API ConvTranspose : public Weighted {
 public:
  ConvTranspose(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
                ConvTransposeLayerOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

 private:
  ConvTransposeOptions<N> options_;
};

using ConvTranspose1d = ConvTranspose<1>;
using ConvTranspose2d = ConvTranspose<2>;
using ConvTranspose3d = ConvTranspose<3>;

template <std::size_t N>
struct LocallyConnectedLayerOptions {
  Size<N> stride = 1;
  Size<N> padding = 0;
  Size<N> dilation = 1;
  bool bias = true;
  DType dtype = float32;
};

// A convolution with a filter of its own for every output position, so that it takes inputs of one
// size alone; weight (out positions..., out, in, kernel...), bias (out, out positions...). Both
// start uniform in [-1/sqrt(n), 1/sqrt(n)) with n = in times the kernel's size.
template <std::size_t N>
class RETROGRAD_API LocallyConnected : public Weighted {
 public:
  LocallyConnected(std::int64_t in_channels, std::int64_t out_channels, Size<N> input_size,
                   Size<N> kernel_size, LocallyConnectedLayerOptions<N> options = {},
                   Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  LocallyConnectedOptions<N> options_;
};

using LocallyConnected1d = LocallyConnected<1>;
using LocallyConnected2d = LocallyConnected<2>;

}  // namespace retrograd::nn
