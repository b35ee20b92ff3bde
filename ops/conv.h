/// @file
/// Convolutions as the field defines them: cross-correlations, whose filters are not flipped.
#pragma once

#include <cstdint>

#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of `conv1d`, `conv2d` and `conv3d`.
template <std::size_t N>
struct ConvOptions {
  Size<N> stride = 1;  ///< Step of the window, in elements of the input.
  /// Zeros added at each end of a spatial dimension, or `valid` or `same`.
  Padding<N> padding = 0;
  Size<N> dilation = 1;     ///< Step between neighbouring elements of the window.
  std::int64_t groups = 1;  ///< Number of groups of channels; a filter sees one group.
};
/// Options of `conv1d`.
using Conv1dOptions = ConvOptions<1>;
/// Options of `conv2d`.
using Conv2dOptions = ConvOptions<2>;
/// Options of `conv3d`.
using Conv3dOptions = ConvOptions<3>;

/// Returns the 1-dimensional convolution of signals `x` with the filters `weight`. For stride
/// \f$s\f$, padding \f$p\f$ and dilation \f$d\f$:
/// \f[ \mathrm{out}_{n,o,i} = \mathrm{bias}_o + \sum_{c,k} \mathrm{weight}_{o,c,k}\,
/// x_{n,\,c,\,si+dk-p} \f] Here \f$c\f$ counts the channels of the filter's group, and positions in
/// the padding are 0.
///
/// - `x`: (N, C, L), or (C, L) for one signal
/// - `weight`: (O, C / groups, K)
/// - `bias`: (O) or undefined
/// - result: (N, O, L'), or (O, L') for one signal, with
/// ``L' = (L + 2 padding - dilation (K - 1) - 1) / stride + 1`` rounded down
///
/// `padding = same` keeps the length of each dimension. Results have channels-last strides.
/// @code
/// rg::conv1d(rg::rand({8, 3, 100}), rg::rand({16, 3, 5})).shape();  // [8, 16, 96]
/// @endcode
/// @throws ShapeError if a rank, the number of channels or the size of `bias` does not fit, or if
/// the window is larger than the padded input.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range, or if `padding = same` meets a stride above 1.
RETROGRAD_API Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            const ConvOptions<1>& options = {}, Where where = {});

/// Returns the 2-dimensional convolution of images `x` with the filters `weight`. For stride
/// \f$s\f$, padding \f$p\f$ and dilation \f$d\f$:
/// \f[ \mathrm{out}_{n,o,i,j} = \mathrm{bias}_o + \sum_{c,k,l} \mathrm{weight}_{o,c,k,l}\,
/// x_{n,\,c,\,si+dk-p,\,sj+dl-p} \f] Here \f$c\f$ counts the channels of the filter's group, and
/// positions in the padding are 0.
///
/// - `x`: (N, C, H, W), or (C, H, W) for one image
/// - `weight`: (O, C / groups, KH, KW)
/// - `bias`: (O) or undefined
/// - result: (N, O, H', W'), or (O, H', W') for one image, with
/// ``H' = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1`` rounded down, and likewise ``W'``
///
/// `padding = same` keeps the length of each dimension. Results have channels-last strides.
/// @code
/// const rg::Tensor image = rg::rand({8, 3, 32, 32});
/// const rg::Tensor weight = rg::rand({16, 3, 3, 3});
/// rg::conv2d(image, weight, {}, {.stride = 2, .padding = 1}).shape();  // [8, 16, 16, 16]
/// @endcode
/// @throws ShapeError if a rank, the number of channels or the size of `bias` does not fit, or if
/// the window is larger than the padded input.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range, or if `padding = same` meets a stride above 1.
RETROGRAD_API Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            const ConvOptions<2>& options = {}, Where where = {});

/// Returns the 3-dimensional convolution of volumes `x` with the filters `weight`. For stride
/// \f$s\f$, padding \f$p\f$ and dilation \f$d\f$:
/// \f[ \mathrm{out}_{n,o,i,j,m} = \mathrm{bias}_o + \sum_{c,k,l,q} \mathrm{weight}_{o,c,k,l,q}\,
/// x_{n,\,c,\,si+dk-p,\,sj+dl-p,\,sm+dq-p} \f] Here \f$c\f$ counts the channels of the filter's
/// group, and positions in the padding are 0.
///
/// - `x`: (N, C, D, H, W), or (C, D, H, W) for one volume
/// - `weight`: (O, C / groups, KD, KH, KW)
/// - `bias`: (O) or undefined
/// - result: (N, O, D', H', W'), or (O, D', H', W') for one volume, with
/// ``D' = (D + 2 padding - dilation (KD - 1) - 1) / stride + 1`` rounded down, and likewise ``H'``
/// and ``W'``
///
/// `padding = same` keeps the length of each dimension. Results have channels-last strides.
/// @code
/// rg::conv3d(rg::rand({2, 1, 9, 9, 9}), rg::rand({4, 1, 3, 3, 3})).shape();  // [2, 4, 7, 7, 7]
/// @endcode
/// @throws ShapeError if a rank, the number of channels or the size of `bias` does not fit, or if
/// the window is larger than the padded input.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range, or if `padding = same` meets a stride above 1.
RETROGRAD_API Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                            const ConvOptions<3>& options = {}, Where where = {});

/// Returns `relu(conv1d(x, weight, bias, options))`, computed as one operator. Shapes and errors
/// are those of conv1d().
/// @code const rg::Tensor y = rg::conv1d_relu(x, weight, bias, {.padding = 1}); @endcode
RETROGRAD_API Tensor conv1d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                 const ConvOptions<1>& options = {}, Where where = {});

/// Returns `relu(conv2d(x, weight, bias, options))`, computed as one operator. Shapes and errors
/// are those of conv2d().
/// @code const rg::Tensor y = rg::conv2d_relu(x, weight, bias, {.padding = 1}); @endcode
RETROGRAD_API Tensor conv2d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                 const ConvOptions<2>& options = {}, Where where = {});

/// Returns `relu(conv3d(x, weight, bias, options))`, computed as one operator. Shapes and errors
/// are those of conv3d().
/// @code const rg::Tensor y = rg::conv3d_relu(x, weight, bias, {.padding = 1}); @endcode
RETROGRAD_API Tensor conv3d_relu(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                 const ConvOptions<3>& options = {}, Where where = {});

/// Returns `conv2d_relu(conv2d_relu(x, depthwise, depthwise_bias, options), pointwise,
/// pointwise_bias)`, with a filter of its own for each channel, then filters of 1x1 (F. Chollet,
/// "Xception: deep learning with depthwise separable convolutions", 2017; A. Howard et al.,
/// "MobileNets", 2017, figure 3).
///
/// - `x`: (N, C, H, W), or (C, H, W) for one image
/// - `depthwise`: (M, 1, KH, KW), where M is a multiple of C
/// - `pointwise`: (O, M, 1, 1)
/// - `depthwise_bias`: (M) or undefined
/// - `pointwise_bias`: (O) or undefined
/// - `options`: those of the first convolution; its groups are the channels, so `groups` stays 1
/// - result: (N, O, H', W') or (O, H', W'), with sizes as of conv2d()
///
/// While no gradients are recorded, the result between the convolutions takes no memory where the
/// processor has a kernel for both.
/// @code
/// const rg::Tensor images = rg::rand({8, 32, 16, 16});
/// const rg::Tensor depthwise = rg::rand({32, 1, 3, 3});
/// const rg::Tensor pointwise = rg::rand({64, 32, 1, 1});
/// rg::separable_conv2d_relu(images, depthwise, pointwise, {}, {}, {.padding = 1});
/// @endcode
/// @throws ShapeError if a rank, the channels or the size of a bias do not fit, or if the window is
/// larger than the padded input.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range, or if `padding = same` meets a stride above 1.
RETROGRAD_API Tensor separable_conv2d_relu(const Tensor& x, const Tensor& depthwise,
                                           const Tensor& pointwise,
                                           const Tensor& depthwise_bias = {},
                                           const Tensor& pointwise_bias = {},
                                           const ConvOptions<2>& options = {}, Where where = {});

/// Options of `conv_transpose1d`, `conv_transpose2d` and `conv_transpose3d`.
template <std::size_t N>
struct ConvTransposeOptions {
  Size<N> stride = 1;   ///< Step of the window, in elements of the result.
  Size<N> padding = 0;  ///< Positions cut off each end of the result.
  /// Positions added at the far end; below the stride or the dilation.
  Size<N> output_padding = 0;
  std::int64_t groups = 1;  ///< Number of groups of channels; a filter sees one group.
  Size<N> dilation = 1;     ///< Step between neighbouring elements of the window.
};
/// Options of `conv_transpose1d`.
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
/// Options of `conv_transpose2d`.
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
/// Options of `conv_transpose3d`.
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

/// Returns the 1-dimensional transposed convolution of `x`, the adjoint of conv1d(). It adds each
/// input element, times the filter, to a window of the result. For stride \f$s\f$, padding \f$p\f$
/// and dilation \f$d\f$:
/// \f[ \mathrm{out}_{n,\,o,\,si+dk-p} \mathrel{+}= \mathrm{weight}_{c,o,k}\, x_{n,c,i} \f]
/// Each result element also gets \f$\mathrm{bias}_o\f$ once.
///
/// - `x`: (N, C, L), or (C, L) for one signal
/// - `weight`: (C, O / groups, K)
/// - `bias`: (O) or undefined
/// - result: (N, O, L'), or (O, L') for one signal, with
/// ``L' = (L - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1``
///
/// @code
/// rg::conv_transpose1d(rg::rand({8, 4, 9}), rg::rand({4, 2, 3}), {}, {.stride = 2}).shape();
/// // [8, 2, 19]
/// @endcode
/// @throws ShapeError if a rank, the number of channels or the size of `bias` does not fit, or if
/// `padding` cuts off the whole result.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range.
RETROGRAD_API Tensor conv_transpose1d(const Tensor& x, const Tensor& weight,
                                      const Tensor& bias = {},
                                      const ConvTransposeOptions<1>& options = {},
                                      Where where = {});

/// Returns the 2-dimensional transposed convolution of `x`, the adjoint of conv2d(). It adds each
/// input element, times the filter, to a window of the result. For stride \f$s\f$, padding \f$p\f$
/// and dilation \f$d\f$:
/// \f[ \mathrm{out}_{n,\,o,\,si+dk-p,\,sj+dl-p} \mathrel{+}= \mathrm{weight}_{c,o,k,l}\,
/// x_{n,c,i,j} \f] Each result element also gets \f$\mathrm{bias}_o\f$ once.
///
/// - `x`: (N, C, H, W), or (C, H, W) for one image
/// - `weight`: (C, O / groups, KH, KW)
/// - `bias`: (O) or undefined
/// - result: (N, O, H', W'), or (O, H', W') for one image, with
/// ``H' = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1``, and likewise
/// ``W'``
///
/// @code
/// rg::conv_transpose2d(rg::rand({8, 4, 7, 7}), rg::rand({4, 2, 2, 2}), {}, {.stride = 2}).shape();
/// // [8, 2, 14, 14]
/// @endcode
/// @throws ShapeError if a rank, the number of channels or the size of `bias` does not fit, or if
/// `padding` cuts off the whole result.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range.
RETROGRAD_API Tensor conv_transpose2d(const Tensor& x, const Tensor& weight,
                                      const Tensor& bias = {},
                                      const ConvTransposeOptions<2>& options = {},
                                      Where where = {});

/// Returns the 3-dimensional transposed convolution of `x`, the adjoint of conv3d(). It adds each
/// input element, times the filter, to a window of the result. For stride \f$s\f$, padding \f$p\f$
/// and dilation \f$d\f$:
/// \f[ \mathrm{out}_{n,\,o,\,si+dk-p,\,sj+dl-p,\,sm+dq-p} \mathrel{+}=
/// \mathrm{weight}_{c,o,k,l,q}\, x_{n,c,i,j,m} \f] Each result element also gets
/// \f$\mathrm{bias}_o\f$ once.
///
/// - `x`: (N, C, D, H, W), or (C, D, H, W) for one volume
/// - `weight`: (C, O / groups, KD, KH, KW)
/// - `bias`: (O) or undefined
/// - result: (N, O, D', H', W'), or (O, D', H', W') for one volume, with
/// ``D' = (D - 1) stride - 2 padding + dilation (KD - 1) + output_padding + 1``, and likewise
/// ``H'`` and ``W'``
///
/// @code
/// rg::conv_transpose3d(rg::rand({1, 4, 5, 5, 5}), rg::rand({4, 2, 3, 3, 3})).shape();
/// // [1, 2, 7, 7, 7]
/// @endcode
/// @throws ShapeError if a rank, the number of channels or the size of `bias` does not fit, or if
/// `padding` cuts off the whole result.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range.
RETROGRAD_API Tensor conv_transpose3d(const Tensor& x, const Tensor& weight,
                                      const Tensor& bias = {},
                                      const ConvTransposeOptions<3>& options = {},
                                      Where where = {});

/// Options of `locally_connected1d` and `locally_connected2d`.
template <std::size_t N>
struct LocallyConnectedOptions {
  Size<N> stride = 1;    ///< Step of the window, in elements of the input.
  Size<N> padding = 0;   ///< Zeros added at each end of a spatial dimension.
  Size<N> dilation = 1;  ///< Step between neighbouring elements of the window.
};
/// Options of `locally_connected1d`.
using LocallyConnected1dOptions = LocallyConnectedOptions<1>;
/// Options of `locally_connected2d`.
using LocallyConnected2dOptions = LocallyConnectedOptions<2>;

/// Returns a 1-dimensional convolution with separate filters for each output position:
/// \f[ \mathrm{out}_{n,o,i} = \mathrm{bias}_{o,i} + \sum_{c,k} \mathrm{weight}_{i,o,c,k}\,
/// x_{n,\,c,\,si+dk-p} \f]
///
/// - `x`: (N, C, L), or (C, L) for one signal
/// - `weight`: (L', O, C, K), with ``L'`` as in conv1d()
/// - `bias`: (O, L') or undefined
/// - result: (N, O, L'), or (O, L') for one signal
///
/// @code
/// rg::locally_connected1d(rg::rand({8, 3, 6}), rg::rand({4, 2, 3, 3})).shape();  // [8, 2, 4]
/// @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range.
RETROGRAD_API Tensor locally_connected1d(const Tensor& x, const Tensor& weight,
                                         const Tensor& bias = {},
                                         const LocallyConnectedOptions<1>& options = {},
                                         Where where = {});

/// Returns a 2-dimensional convolution with separate filters for each output position:
/// \f[ \mathrm{out}_{n,o,i,j} = \mathrm{bias}_{o,i,j} + \sum_{c,k,l}
/// \mathrm{weight}_{i,j,o,c,k,l}\, x_{n,\,c,\,si+dk-p,\,sj+dl-p} \f]
///
/// - `x`: (N, C, H, W), or (C, H, W) for one image
/// - `weight`: (H', W', O, C, KH, KW), with ``H'`` as in conv2d()
/// - `bias`: (O, H', W') or undefined
/// - result: (N, O, H', W'), or (O, H', W') for one image
///
/// @code
/// rg::locally_connected2d(rg::rand({3, 6, 6}), rg::rand({4, 4, 2, 3, 3, 3})).shape();
/// // [2, 4, 4]
/// @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `x` is not floating or the dtypes differ.
/// @throws ValueError if an option is out of range.
RETROGRAD_API Tensor locally_connected2d(const Tensor& x, const Tensor& weight,
                                         const Tensor& bias = {},
                                         const LocallyConnectedOptions<2>& options = {},
                                         Where where = {});

}  // namespace retrograd
