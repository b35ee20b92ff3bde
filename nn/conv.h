/// @file
/// Convolution layers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/conv.h>
#include <retrograd/ops/pad.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct ConvOptions {
  Size<N> stride = 1;       ///< Step of the window, in elements of the input.
  Padding<N> padding = 0;   ///< Zeros put around the input, on each side. Or valid, or same.
  Size<N> dilation = 1;     ///< Step between neighbouring elements of the window.
  std::int64_t groups = 1;  ///< Channels fall into so many groups that do not see each other.
  bool bias = true;         ///< The bias, or whether there is one.
  PaddingMode padding_mode = PaddingMode::constant;  ///< What the padding holds; constant: zeros.
  DType dtype = float32;                             ///< Element type.
};
/// ConvOptions over 1 spatial dimension.
using Conv1dOptions = ConvOptions<1>;
/// ConvOptions over 2 spatial dimensions.
using Conv2dOptions = ConvOptions<2>;
/// ConvOptions over 3 spatial dimensions.
using Conv3dOptions = ConvOptions<3>;
/// Former name of ConvOptions.
template <std::size_t N>
using ConvLayerOptions [[deprecated("ConvOptions")]] = ConvOptions<N>;

/// Convolution over N spatial dimensions; weight (out, in / groups, kernel...), bias (out). Both
/// start uniform in [-1/sqrt(n), 1/sqrt(n)) with n = in / groups times the kernel's size.
template <std::size_t N>
class RETROGRAD_API Conv : public Weighted {
 public:
  /// Constructs it from what the class and its options describe.
  Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
       ConvOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return convolve(x, false); }
  /// relu(forward(x)) in one operator.
  Tensor forward_relu(const Tensor& x) { return convolve(x, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  Tensor convolve(const Tensor& x, bool relu);
  // Throws ShapeError with the layer that would fit, for another number of channels.
  void require_channels(const Tensor& x) const;

  retrograd::ConvOptions<N> options_;
  PaddingMode padding_mode_;
};

/// Conv over 1 spatial dimension.
using Conv1d = Conv<1>;
/// Conv over 2 spatial dimensions.
using Conv2d = Conv<2>;
/// Conv over 3 spatial dimensions.
using Conv3d = Conv<3>;

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct ConvTransposeOptions {
  Size<N> stride = 1;          ///< Step of the window, in elements of the input.
  Size<N> padding = 0;         ///< Zeros put around the input, on each side.
  Size<N> output_padding = 0;  ///< Places added at the far end.
  std::int64_t groups = 1;     ///< Channels fall into so many groups that do not see each other.
  bool bias = true;            ///< The bias, or whether there is one.
  Size<N> dilation = 1;        ///< Step between neighbouring elements of the window.
  DType dtype = float32;       ///< Element type.
};
/// ConvTransposeOptions over 1 spatial dimension.
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
/// ConvTransposeOptions over 2 spatial dimensions.
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
/// ConvTransposeOptions over 3 spatial dimensions.
using ConvTranspose3dOptions = ConvTransposeOptions<3>;
/// Former name of ConvTransposeOptions.
template <std::size_t N>
using ConvTransposeLayerOptions [[deprecated("ConvTransposeOptions")]] = ConvTransposeOptions<N>;

/// Transposed convolution; weight (in, out / groups, kernel...), bias (out). Both start uniform in
/// [-1/sqrt(n), 1/sqrt(n)) with n = out / groups times the kernel's size, as in PyTorch.
template <std::size_t N>
class RETROGRAD_API ConvTranspose : public Weighted {
 public:
  /// Constructs it from what the class and its options describe.
  ConvTranspose(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
                ConvTransposeOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

 private:
  retrograd::ConvTransposeOptions<N> options_;
};

/// ConvTranspose over 1 spatial dimension.
using ConvTranspose1d = ConvTranspose<1>;
/// ConvTranspose over 2 spatial dimensions.
using ConvTranspose2d = ConvTranspose<2>;
/// ConvTranspose over 3 spatial dimensions.
using ConvTranspose3d = ConvTranspose<3>;

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct LocallyConnectedOptions {
  Size<N> stride = 1;     ///< Step of the window, in elements of the input.
  Size<N> padding = 0;    ///< Zeros put around the input, on each side.
  Size<N> dilation = 1;   ///< Step between neighbouring elements of the window.
  bool bias = true;       ///< The bias, or whether there is one.
  DType dtype = float32;  ///< Element type.
};
/// LocallyConnectedOptions over 1 spatial dimension.
using LocallyConnected1dOptions = LocallyConnectedOptions<1>;
/// LocallyConnectedOptions over 2 spatial dimensions.
using LocallyConnected2dOptions = LocallyConnectedOptions<2>;
/// Former name of LocallyConnectedOptions.
template <std::size_t N>
using LocallyConnectedLayerOptions [[deprecated("LocallyConnectedOptions")]] =
    LocallyConnectedOptions<N>;

/// A convolution with a filter of its own for every output position, so that it takes inputs of one
/// size alone; weight (out positions..., out, in, kernel...), bias (out, out positions...). Both
/// start uniform in [-1/sqrt(n), 1/sqrt(n)) with n = in times the kernel's size.
template <std::size_t N>
class RETROGRAD_API LocallyConnected : public Weighted {
 public:
  /// Constructs it from what the class and its options describe.
  LocallyConnected(std::int64_t in_channels, std::int64_t out_channels, Size<N> input_size,
                   Size<N> kernel_size, LocallyConnectedOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  retrograd::LocallyConnectedOptions<N> options_;
};

/// LocallyConnected over 1 spatial dimension.
using LocallyConnected1d = LocallyConnected<1>;
/// LocallyConnected over 2 spatial dimensions.
using LocallyConnected2d = LocallyConnected<2>;

}  // namespace retrograd::nn
