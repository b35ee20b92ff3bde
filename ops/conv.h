/// @file
/// Convolutions, in the sense of the field: cross-correlation, no flipped filter.
#pragma once

#include <cstdint>

#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct ConvOptions {
  Size<N> stride = 1;       ///< Step of the window, in elements of the input.
  Padding<N> padding = 0;   ///< Zeros put around the input, on each side. Or valid, or same.
  Size<N> dilation = 1;     ///< Step between neighbouring elements of the window.
  std::int64_t groups = 1;  ///< Channels fall into so many groups that do not see each other.
};
/// ConvOptions over 1 spatial dimension.
using Conv1dOptions = ConvOptions<1>;
/// ConvOptions over 2 spatial dimensions.
using Conv2dOptions = ConvOptions<2>;
/// ConvOptions over 3 spatial dimensions.
using Conv3dOptions = ConvOptions<3>;

/// x (N, C, L) or (C, L), weight (O, C / groups, K), bias (O) or undefined; gives (N, O, L') with
/// L' = (L + 2 padding - dilation (K - 1) - 1) / stride + 1, rounded down:
/// @code
/// out[n, o, i] = bias[o] + sum over c, k of weight[o, c, k] x[n, c, i stride + k dilation -
/// padding]
/// @endcode
/// Results have channels-last strides. Throws ShapeError, DTypeError or ValueError.
RETROGRAD_API Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            const ConvOptions<1>& options = {}, Where where = {});
/// The same for x (N, C, H, W) or (C, H, W) and weight (O, C / groups, KH, KW).
RETROGRAD_API Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            const ConvOptions<2>& options = {}, Where where = {});
/// The same for x (N, C, D, H, W) or (C, D, H, W) and weight (O, C / groups, KD, KH, KW).
RETROGRAD_API Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            const ConvOptions<3>& options = {}, Where where = {});

/// relu of these convolutions, in one operator.
RETROGRAD_API Tensor conv1d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                 const ConvOptions<1>& options = {}, Where where = {});
/// relu of these convolutions, in one operator.
RETROGRAD_API Tensor conv2d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                 const ConvOptions<2>& options = {}, Where where = {});
/// relu of these convolutions, in one operator.
RETROGRAD_API Tensor conv3d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                 const ConvOptions<3>& options = {}, Where where = {});

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct ConvTransposeOptions {
  Size<N> stride = 1;   ///< Step of the window, in elements of the input.
  Size<N> padding = 0;  ///< Positions cut off both ends of the result.
  /// Positions added at the far end; below the stride or the dilation.
  Size<N> output_padding = 0;
  std::int64_t groups = 1;  ///< Channels fall into so many groups that do not see each other.
  Size<N> dilation = 1;     ///< Step between neighbouring elements of the window.
};
/// ConvTransposeOptions over 1 spatial dimension.
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
/// ConvTransposeOptions over 2 spatial dimensions.
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
/// ConvTransposeOptions over 3 spatial dimensions.
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

/// The adjoint of a convolution ("deconvolution"): x (N, C, L) or (C, L), weight
/// (C, O / groups, K), bias (O) or undefined; gives (N, O, L') with
/// L' = (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1:
/// @code
/// out[n, o, i stride + k dilation - padding] += weight[c, o, k] x[n, c, i], and bias[o] once
/// @endcode
RETROGRAD_API Tensor conv_transpose1d(const Tensor& x, const Tensor& weight,
                                      const Tensor& bias = {},
                                      const ConvTransposeOptions<1>& options = {},
                                      Where where = {});
/// The adjoint of a convolution ("deconvolution"): x (N, C, L) or (C, L), weight
/// (C, O / groups, K), bias (O) or undefined; gives (N, O, L') with
/// L' = (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1:
/// @code
/// out[n, o, i stride + k dilation - padding] += weight[c, o, k] x[n, c, i], and bias[o] once
/// @endcode
RETROGRAD_API Tensor conv_transpose2d(const Tensor& x, const Tensor& weight,
                                      const Tensor& bias = {},
                                      const ConvTransposeOptions<2>& options = {},
                                      Where where = {});
/// The adjoint of a convolution ("deconvolution"): x (N, C, L) or (C, L), weight
/// (C, O / groups, K), bias (O) or undefined; gives (N, O, L') with
/// L' = (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1:
/// @code
/// out[n, o, i stride + k dilation - padding] += weight[c, o, k] x[n, c, i], and bias[o] once
/// @endcode
RETROGRAD_API Tensor conv_transpose3d(const Tensor& x, const Tensor& weight,
                                      const Tensor& bias = {},
                                      const ConvTransposeOptions<3>& options = {},
                                      Where where = {});

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct LocallyConnectedOptions {
  Size<N> stride = 1;    ///< Step of the window, in elements of the input.
  Size<N> padding = 0;   ///< Zeros put around the input, on each side.
  Size<N> dilation = 1;  ///< Step between neighbouring elements of the window.
};
/// LocallyConnectedOptions over 1 spatial dimension.
using LocallyConnected1dOptions = LocallyConnectedOptions<1>;
/// LocallyConnectedOptions over 2 spatial dimensions.
using LocallyConnected2dOptions = LocallyConnectedOptions<2>;

/// A convolution whose filters are not shared: every output position has its own. x (N, C, L) or
/// (C, L), weight (L', O, C, K), bias (O, L') or undefined; gives (N, O, L').
RETROGRAD_API Tensor locally_connected1d(const Tensor& x, const Tensor& weight,
                                         const Tensor& bias = {},
                                         const LocallyConnectedOptions<1>& options = {},
                                         Where where = {});
/// The same for x (N, C, H, W) or (C, H, W), weight (H', W', O, C, KH, KW), bias (O, H', W').
RETROGRAD_API Tensor locally_connected2d(const Tensor& x, const Tensor& weight,
                                         const Tensor& bias = {},
                                         const LocallyConnectedOptions<2>& options = {},
                                         Where where = {});

}  // namespace retrograd
