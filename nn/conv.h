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

/// Options of `Conv1d`, `Conv2d` and `Conv3d`.
template <std::size_t N>
struct ConvOptions {
  Size<N> stride = 1;       ///< Step of the window, in elements of the input.
  Padding<N> padding = 0;   ///< Padding at each end of a spatial dimension, or `valid` or `same`.
  Size<N> dilation = 1;     ///< Step between neighbouring elements of the window.
  std::int64_t groups = 1;  ///< Number of groups of channels; a filter sees one group.
  bool bias = true;         ///< Whether a learnable bias of shape (out_channels) is added.
  PaddingMode padding_mode = PaddingMode::constant;  ///< Values of the padding; zeros by default.
  DType dtype = float32;                             ///< Element type of the parameters.
};
/// Options of `Conv1d`.
using Conv1dOptions = ConvOptions<1>;
/// Options of `Conv2d`.
using Conv2dOptions = ConvOptions<2>;
/// Options of `Conv3d`.
using Conv3dOptions = ConvOptions<3>;
/// Former name of ConvOptions.
template <std::size_t N>
using ConvLayerOptions [[deprecated("ConvOptions")]] = ConvOptions<N>;

template <std::size_t N>
class BatchNorm;

/// Convolution over N spatial dimensions, as Conv1d, Conv2d and Conv3d.
///
/// `weight` is (out_channels, in_channels / groups, kernel...), and `bias` is (out_channels). Both
/// start uniform in [-1/sqrt(n), 1/sqrt(n)), where n is in_channels / groups times the kernel's
/// size.
template <std::size_t N>
class RETROGRAD_API Conv : public Weighted {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
       ConvOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return convolve(x, weight, bias, false); }
  /// Returns `relu(forward(x))`, computed as one operator.
  /// @throws ShapeError if `x` has another rank or number of channels.
  Tensor forward_relu(const Tensor& x) { return convolve(x, weight, bias, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;
  /// Returns `norm(forward(x))`, or relu() of it, computed as one convolution whose weight and bias
  /// include a batch norm in evaluation mode. It does so while no gradients are recorded, where
  /// that takes less work than to normalise the result.
  Tensor forward_normalised(const Tensor& x, const Module& norm, bool relu) override;
  /// Returns `forward_normalised(x, norm, true)`, then the same of the convolution `next` and its
  /// norm, computed as separable_conv2d_relu(). It needs one filter for each channel here, and 1x1
  /// filters in `next`. Returns an undefined tensor without any effect where this is not so, or
  /// where one of the two calls would.
  Tensor forward_separable(const Tensor& x, const Module& norm, const Module& next,
                           const Module& next_norm);

 private:
  // The weight and bias of a convolution that includes a norm.
  struct Filters {
    Tensor weight;
    Tensor bias;
  };
  Filters folded(const BatchNorm<N>& norm) const;
  Tensor convolve(const Tensor& x, const Tensor& with_weight, const Tensor& with_bias, bool relu);
  // Throws ShapeError with the layer that would fit, for another number of channels.
  void require_channels(const Tensor& x) const;

  retrograd::ConvOptions<N> options_;
  PaddingMode padding_mode_;
};

/// conv1d() as a layer, for inputs (N, in_channels, L) or (in_channels, L). `weight` is
/// (out_channels, in_channels / groups, K).
/// @code
/// nn::Conv1d(3, 16, 5)(rg::rand({8, 3, 100})).shape();  // [8, 16, 96]
/// @endcode
using Conv1d = Conv<1>;

/// conv2d() as a layer, for inputs (N, in_channels, H, W) or (in_channels, H, W). `weight` is
/// (out_channels, in_channels / groups, KH, KW).
/// @code
/// nn::Conv2d conv(3, 16, 3, {.stride = 2, .padding = 1});
/// conv(rg::rand({8, 3, 32, 32})).shape();  // [8, 16, 16, 16]
/// @endcode
using Conv2d = Conv<2>;

/// conv3d() as a layer, for inputs (N, in_channels, D, H, W) or (in_channels, D, H, W). `weight` is
/// (out_channels, in_channels / groups, KD, KH, KW).
/// @code
/// nn::Conv3d(1, 4, 3)(rg::rand({2, 1, 9, 9, 9})).shape();  // [2, 4, 7, 7, 7]
/// @endcode
using Conv3d = Conv<3>;

/// Options of `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d`.
template <std::size_t N>
struct ConvTransposeOptions {
  Size<N> stride = 1;   ///< Step of the window, in elements of the result.
  Size<N> padding = 0;  ///< Positions cut off each end of the result.
  /// Positions added at the far end; below the stride or the dilation.
  Size<N> output_padding = 0;
  std::int64_t groups = 1;  ///< Number of groups of channels; a filter sees one group.
  bool bias = true;         ///< Whether a learnable bias of shape (out_channels) is added.
  Size<N> dilation = 1;     ///< Step between neighbouring elements of the window.
  DType dtype = float32;    ///< Element type of the parameters.
};
/// Options of `ConvTranspose1d`.
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
/// Options of `ConvTranspose2d`.
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
/// Options of `ConvTranspose3d`.
using ConvTranspose3dOptions = ConvTransposeOptions<3>;
/// Former name of ConvTransposeOptions.
template <std::size_t N>
using ConvTransposeLayerOptions [[deprecated("ConvTransposeOptions")]] = ConvTransposeOptions<N>;

/// Transposed convolution over N spatial dimensions, as ConvTranspose1d, ConvTranspose2d and
/// ConvTranspose3d.
///
/// `weight` is (in_channels, out_channels / groups, kernel...), and `bias` is (out_channels). Both
/// start uniform in [-1/sqrt(n), 1/sqrt(n)), where n is out_channels / groups times the kernel's
/// size, as in PyTorch.
template <std::size_t N>
class RETROGRAD_API ConvTranspose : public Weighted {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  ConvTranspose(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
                ConvTransposeOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

 private:
  retrograd::ConvTransposeOptions<N> options_;
};

/// conv_transpose1d() as a layer, for inputs (N, in_channels, L) or (in_channels, L). `weight` is
/// (in_channels, out_channels / groups, K).
/// @code
/// nn::ConvTranspose1d(4, 2, 3, {.stride = 2})(rg::rand({8, 4, 9})).shape();  // [8, 2, 19]
/// @endcode
using ConvTranspose1d = ConvTranspose<1>;

/// conv_transpose2d() as a layer, for inputs (N, in_channels, H, W) or (in_channels, H, W).
/// `weight` is (in_channels, out_channels / groups, KH, KW).
/// @code
/// nn::ConvTranspose2d up(4, 2, 2, {.stride = 2});
/// up(rg::rand({8, 4, 7, 7})).shape();  // [8, 2, 14, 14]
/// @endcode
using ConvTranspose2d = ConvTranspose<2>;

/// conv_transpose3d() as a layer, for inputs (N, in_channels, D, H, W) or (in_channels, D, H, W).
/// `weight` is (in_channels, out_channels / groups, KD, KH, KW).
/// @code
/// nn::ConvTranspose3d(4, 2, 3)(rg::rand({1, 4, 5, 5, 5})).shape();  // [1, 2, 7, 7, 7]
/// @endcode
using ConvTranspose3d = ConvTranspose<3>;

/// Options of `LocallyConnected1d` and `LocallyConnected2d`.
template <std::size_t N>
struct LocallyConnectedOptions {
  Size<N> stride = 1;    ///< Step of the window, in elements of the input.
  Size<N> padding = 0;   ///< Zeros added at each end of a spatial dimension.
  Size<N> dilation = 1;  ///< Step between neighbouring elements of the window.
  /// Whether a learnable bias of shape (out_channels, output positions...) is added.
  bool bias = true;
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Options of `LocallyConnected1d`.
using LocallyConnected1dOptions = LocallyConnectedOptions<1>;
/// Options of `LocallyConnected2d`.
using LocallyConnected2dOptions = LocallyConnectedOptions<2>;
/// Former name of LocallyConnectedOptions.
template <std::size_t N>
using LocallyConnectedLayerOptions [[deprecated("LocallyConnectedOptions")]] =
    LocallyConnectedOptions<N>;

/// Convolution with separate filters for each output position, as LocallyConnected1d and
/// LocallyConnected2d. It takes inputs of one size.
///
/// `weight` is (output positions..., out_channels, in_channels, kernel...), and `bias` is
/// (out_channels, output positions...). Both start uniform in [-1/sqrt(n), 1/sqrt(n)), where n is
/// in_channels times the kernel's size.
template <std::size_t N>
class RETROGRAD_API LocallyConnected : public Weighted {
 public:
  /// Makes the layer for inputs of `input_size`.
  /// @throws ValueError if a size or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  LocallyConnected(std::int64_t in_channels, std::int64_t out_channels, Size<N> input_size,
                   Size<N> kernel_size, LocallyConnectedOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  retrograd::LocallyConnectedOptions<N> options_;
};

/// locally_connected1d() as a layer, for inputs (N, in_channels, L) or (in_channels, L). `weight`
/// is (L', out_channels, in_channels, K).
/// @code
/// nn::LocallyConnected1d(3, 2, 6, 3)(rg::rand({8, 3, 6})).shape();  // [8, 2, 4]
/// @endcode
using LocallyConnected1d = LocallyConnected<1>;

/// locally_connected2d() as a layer, for inputs (N, in_channels, H, W) or (in_channels, H, W).
/// `weight` is (H', W', out_channels, in_channels, KH, KW).
/// @code
/// nn::LocallyConnected2d(3, 2, 6, 3)(rg::rand({8, 3, 6, 6})).shape();  // [8, 2, 4, 4]
/// @endcode
using LocallyConnected2d = LocallyConnected<2>;

}  // namespace retrograd::nn
