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
struct ConvOptions {
  Size<N> stride = 1;
  Padding<N> padding = 0;  // or valid, or same
  Size<N> dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  PaddingMode padding_mode = PaddingMode::constant;  // what the padding holds; constant: zeros
  DType dtype = float32;
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;
template <std::size_t N>
using ConvLayerOptions [[deprecated("ConvOptions")]] = ConvOptions<N>;

// Convolution over N spatial dimensions; weight (out, in / groups, kernel...), bias (out). Both
// start uniform in [-1/sqrt(n), 1/sqrt(n)) with n = in / groups times the kernel's size.
template <std::size_t N>
class RETROGRAD_API Conv : public Weighted {
 public:
  Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
       ConvOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return convolve(x, false); }
  // relu(forward(x)) in one operator.
  Tensor forward_relu(const Tensor& x) { return convolve(x, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  Tensor convolve(const Tensor& x, bool relu);
  // Throws ShapeError with the layer that would fit, for another number of channels.
  void require_channels(const Tensor& x) const;

  retrograd::ConvOptions<N> options_;
  PaddingMode padding_mode_;
};

using Conv1d = Conv<1>;
using Conv2d = Conv<2>;
using Conv3d = Conv<3>;

template <std::size_t N>
struct ConvTransposeOptions {
  Size<N> stride = 1;
  Size<N> padding = 0;
  Size<N> output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Size<N> dilation = 1;
  DType dtype = float32;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;
template <std::size_t N>
using ConvTransposeLayerOptions [[deprecated("ConvTransposeOptions")]] = ConvTransposeOptions<N>;

// Transposed convolution; weight (in, out / groups, kernel...), bias (out). Both start uniform in
// [-1/sqrt(n), 1/sqrt(n)) with n = out / groups times the kernel's size, as in PyTorch.
template <std::size_t N>
class RETROGRAD_API ConvTranspose : public Weighted {
 public:
  ConvTranspose(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
                ConvTransposeOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

 private:
  retrograd::ConvTransposeOptions<N> options_;
};

using ConvTranspose1d = ConvTranspose<1>;
using ConvTranspose2d = ConvTranspose<2>;
using ConvTranspose3d = ConvTranspose<3>;

template <std::size_t N>
struct LocallyConnectedOptions {
  Size<N> stride = 1;
  Size<N> padding = 0;
  Size<N> dilation = 1;
  bool bias = true;
  DType dtype = float32;
};
using LocallyConnected1dOptions = LocallyConnectedOptions<1>;
using LocallyConnected2dOptions = LocallyConnectedOptions<2>;
template <std::size_t N>
using LocallyConnectedLayerOptions [[deprecated("LocallyConnectedOptions")]] =
    LocallyConnectedOptions<N>;

// A convolution with a filter of its own for every output position, so that it takes inputs of one
// size alone; weight (out positions..., out, in, kernel...), bias (out, out positions...). Both
// start uniform in [-1/sqrt(n), 1/sqrt(n)) with n = in times the kernel's size.
template <std::size_t N>
class RETROGRAD_API LocallyConnected : public Weighted {
 public:
  LocallyConnected(std::int64_t in_channels, std::int64_t out_channels, Size<N> input_size,
                   Size<N> kernel_size, LocallyConnectedOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  retrograd::LocallyConnectedOptions<N> options_;
};

using LocallyConnected1d = LocallyConnected<1>;
using LocallyConnected2d = LocallyConnected<2>;

}  // namespace retrograd::nn
