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

/// Options of `Conv`, given as `{.name = value}`; omitted ones keep their defaults.
template <std::size_t N>
struct ConvOptions {
  Size<N> stride = 1;  ///< Step of the window, in positions of the input, >= 1.
  /// Positions added on each side of the input, >= 0; or `valid`, or `same`.
  Padding<N> padding = 0;
  Size<N> dilation = 1;     ///< Step between neighbouring positions of the window, >= 1.
  std::int64_t groups = 1;  ///< Number of channel groups that are convolved separately, >= 1.
  bool bias = true;         ///< Adds a learnable bias of shape (out_channels) when true.
  /// Values of the added positions; zeros if `constant`.
  PaddingMode padding_mode = PaddingMode::constant;
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Options of `Conv1d`.
using Conv1dOptions = ConvOptions<1>;
/// Options of `Conv2d`.
using Conv2dOptions = ConvOptions<2>;
/// Options of `Conv3d`.
using Conv3dOptions = ConvOptions<3>;
/// Former name of `ConvOptions`.
template <std::size_t N>
using ConvLayerOptions [[deprecated("ConvOptions")]] = ConvOptions<N>;

/// Convolution over N spatial dimensions: `conv1d()`, `conv2d()` or `conv3d()` with trained
/// weights.
///
/// For N = 2, an input (batch, in_channels, H, W) or (in_channels, H, W) gives an output (batch,
/// out_channels, H', W') or (out_channels, H', W'), with
/// @code
/// H' = floor((H + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1
/// @endcode
/// The weight has shape (out_channels, in_channels / groups, kernel_size...), the bias
/// (out_channels). Both start uniform in [-1 / sqrt(n), 1 / sqrt(n)), where n is in_channels /
/// groups times the product of `kernel_size`.
///
/// @code
/// nn::Conv2d conv(3, 16, 5, {.stride = 2, .padding = 2});
/// Tensor y = conv(x);  // (8, 3, 32, 32) to (8, 16, 16, 16)
/// @endcode
template <std::size_t N>
class RETROGRAD_API Conv : public Weighted {
 public:
  /// Constructs a layer with random weights.
  ///
  /// @throws ValueError if a size or an option is out of range, the channels do not split into
  ///   `groups`, or `padding` is `same` and `stride` is not 1.
  /// @throws DTypeError if `dtype` is not floating.
  Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
       ConvOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return convolve(x, false); }
  /// Returns `relu(forward(x))`, computed by one operator.
  Tensor forward_relu(const Tensor& x) { return convolve(x, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  Tensor convolve(const Tensor& x, bool relu);
  // Throws ShapeError with the layer that would fit, for another number of channels.
  void require_channels(const Tensor& x) const;

  retrograd::ConvOptions<N> options_;
  PaddingMode padding_mode_;
};

/// `Conv` over 1 spatial dimension: (N, C, L).
using Conv1d = Conv<1>;
/// `Conv` over 2 spatial dimensions: (N, C, H, W).
using Conv2d = Conv<2>;
/// `Conv` over 3 spatial dimensions: (N, C, D, H, W).
using Conv3d = Conv<3>;

/// Options of `ConvTranspose`, given as `{.name = value}`; omitted ones keep their defaults.
template <std::size_t N>
struct ConvTransposeOptions {
  Size<N> stride = 1;   ///< Step of the window, in positions of the output, >= 1.
  Size<N> padding = 0;  ///< Positions removed on each side of the output, >= 0.
  /// Positions added at the end of the output, >= 0, below `stride` or `dilation`.
  Size<N> output_padding = 0;
  std::int64_t groups = 1;  ///< Number of channel groups that are convolved separately, >= 1.
  bool bias = true;         ///< Adds a learnable bias of shape (out_channels) when true.
  Size<N> dilation = 1;     ///< Step between neighbouring positions of the window, >= 1.
  DType dtype = float32;    ///< Element type of the parameters.
};
/// Options of `ConvTranspose1d`.
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
/// Options of `ConvTranspose2d`.
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
/// Options of `ConvTranspose3d`.
using ConvTranspose3dOptions = ConvTransposeOptions<3>;
/// Former name of `ConvTransposeOptions`.
template <std::size_t N>
using ConvTransposeLayerOptions [[deprecated("ConvTransposeOptions")]] = ConvTransposeOptions<N>;

/// Transposed convolution over N spatial dimensions: the adjoint of `Conv`, with trained weights.
///
/// For N = 2, an input (batch, in_channels, H, W) or (in_channels, H, W) gives an output (batch,
/// out_channels, H', W') or (out_channels, H', W'), with
/// @code
/// H' = (H - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1
/// @endcode
/// The weight has shape (in_channels, out_channels / groups, kernel_size...), the bias
/// (out_channels). Both start uniform in [-1 / sqrt(n), 1 / sqrt(n)), where n is out_channels /
/// groups times the product of `kernel_size`, as in PyTorch.
///
/// @code
/// nn::ConvTranspose2d up(16, 3, 4, {.stride = 2, .padding = 1});
/// Tensor y = up(x);  // (8, 16, 16, 16) to (8, 3, 32, 32)
/// @endcode
template <std::size_t N>
class RETROGRAD_API ConvTranspose : public Weighted {
 public:
  /// Constructs a layer with random weights.
  ///
  /// @throws ValueError if a size or an option is out of range, or the channels do not split into
  ///   `groups`.
  /// @throws DTypeError if `dtype` is not floating.
  ConvTranspose(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
                ConvTransposeOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

 private:
  retrograd::ConvTransposeOptions<N> options_;
};

/// `ConvTranspose` over 1 spatial dimension: (N, C, L).
using ConvTranspose1d = ConvTranspose<1>;
/// `ConvTranspose` over 2 spatial dimensions: (N, C, H, W).
using ConvTranspose2d = ConvTranspose<2>;
/// `ConvTranspose` over 3 spatial dimensions: (N, C, D, H, W).
using ConvTranspose3d = ConvTranspose<3>;

/// Options of `LocallyConnected`, given as `{.name = value}`; omitted ones keep their defaults.
template <std::size_t N>
struct LocallyConnectedOptions {
  Size<N> stride = 1;     ///< Step of the window, in positions of the input, >= 1.
  Size<N> padding = 0;    ///< Zeros added on each side of the input, >= 0.
  Size<N> dilation = 1;   ///< Step between neighbouring positions of the window, >= 1.
  bool bias = true;       ///< Adds a learnable bias of shape (out_channels, H', W') when true.
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Options of `LocallyConnected1d`.
using LocallyConnected1dOptions = LocallyConnectedOptions<1>;
/// Options of `LocallyConnected2d`.
using LocallyConnected2dOptions = LocallyConnectedOptions<2>;
/// Former name of `LocallyConnectedOptions`.
template <std::size_t N>
using LocallyConnectedLayerOptions [[deprecated("LocallyConnectedOptions")]] =
    LocallyConnectedOptions<N>;

/// A convolution with separate filters for each output position, for inputs of one size.
///
/// For N = 2, an input (batch, in_channels, H, W) or (in_channels, H, W) gives an output (batch,
/// out_channels, H', W') or (out_channels, H', W'). H' and W' are those of `Conv`. The weight has
/// shape (H', W', out_channels, in_channels, kernel_size...), the bias (out_channels, H', W'). Both
/// start uniform in [-1 / sqrt(n), 1 / sqrt(n)), where n is in_channels times the product of
/// `kernel_size`.
///
/// @code
/// nn::LocallyConnected2d layer(1, 4, {28, 28}, 5);
/// Tensor y = layer(x);  // (8, 1, 28, 28) to (8, 4, 24, 24)
/// @endcode
template <std::size_t N>
class RETROGRAD_API LocallyConnected : public Weighted {
 public:
  /// Constructs a layer with random weights for inputs of size `input_size`.
  ///
  /// @throws ValueError if a size or an option is out of range, or the kernel exceeds the padded
  ///   input.
  /// @throws DTypeError if `dtype` is not floating.
  LocallyConnected(std::int64_t in_channels, std::int64_t out_channels, Size<N> input_size,
                   Size<N> kernel_size, LocallyConnectedOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  retrograd::LocallyConnectedOptions<N> options_;
};

/// `LocallyConnected` over 1 spatial dimension: (N, C, L).
using LocallyConnected1d = LocallyConnected<1>;
/// `LocallyConnected` over 2 spatial dimensions: (N, C, H, W).
using LocallyConnected2d = LocallyConnected<2>;

}  // namespace retrograd::nn
