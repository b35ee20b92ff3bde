/// @file
/// Pooling over windows of one, two or three spatial dimensions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <retrograd/ops/reduce.h>
#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of `max_pool1d`, `max_pool2d` and `max_pool3d`.
template <std::size_t N>
struct MaxPoolOptions {
  /// Step of the window, in elements of the input; the kernel's size by default.
  OptionalSize<N> stride = {};
  Size<N> padding = 0;   ///< Padding at each end, at most half the kernel; it is never the maximum.
  Size<N> dilation = 1;  ///< Step between neighbouring elements of the window.
  bool ceil_mode = false;  ///< Whether windows that start inside but end outside are kept.
};
/// Options of `max_pool1d`.
using MaxPool1dOptions = MaxPoolOptions<1>;
/// Options of `max_pool2d`.
using MaxPool2dOptions = MaxPoolOptions<2>;
/// Options of `max_pool3d`.
using MaxPool3dOptions = MaxPoolOptions<3>;

/// Options of `avg_pool1d`, `avg_pool2d` and `avg_pool3d`.
template <std::size_t N>
struct AvgPoolOptions {
  /// Step of the window, in elements of the input; the kernel's size by default.
  OptionalSize<N> stride = {};
  /// Zeros added at each end of a spatial dimension, at most half the kernel.
  Size<N> padding = 0;
  bool ceil_mode = false;         ///< Whether windows that start inside but end outside are kept.
  bool count_include_pad = true;  ///< Whether padding counts as part of the window.
  /// Divisor instead of the window's size; not 0.
  std::optional<std::int64_t> divisor_override = {};
};
/// Options of `avg_pool1d`.
using AvgPool1dOptions = AvgPoolOptions<1>;
/// Options of `avg_pool2d`.
using AvgPool2dOptions = AvgPoolOptions<2>;
/// Options of `avg_pool3d`.
using AvgPool3dOptions = AvgPoolOptions<3>;

/// Returns the largest value of each window of `x`: `out[i] = max over k of x[i s + k d - p]` with
/// stride s, dilation d and padding p. The first of equal values, in row-major order of the window,
/// gets the gradient. A window with NaN is NaN, and a window of padding alone is minus infinity.
///
/// `x` is (N, C, L) or (C, L). The result is (N, C, L') or (C, L') with
/// ``L' = (L + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1`` rounded down, or up with
/// `ceil_mode`. Results have channels-last strides.
/// @code
/// rg::max_pool1d(rg::tensor({{1.0, 3.0, 2.0, 0.0}}), 2);  // [[3, 2]]
/// @endcode
/// @throws ShapeError if `x` has another rank, or if a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor max_pool1d(const Tensor& x, Size<1> kernel_size,
                                const MaxPool1dOptions& options = {}, Where where = {});

/// Returns the largest value of each window of `x`:
/// `out[i, j] = max over k, l of x[i s + k d - p, j s + l d - p]` with stride s, dilation d and
/// padding p. The first of equal values, in row-major order of the window, gets the gradient. A
/// window with NaN is NaN, and a window of padding alone is minus infinity.
///
/// `x` is (N, C, H, W) or (C, H, W). The result is (N, C, H', W') or (C, H', W') with
/// ``H' = (H + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1`` rounded down, or up with
/// `ceil_mode`, and likewise ``W'``. Results have channels-last strides.
/// @code
/// rg::max_pool2d(rg::rand({8, 16, 28, 28}), 2).shape();  // [8, 16, 14, 14]
/// @endcode
/// @throws ShapeError if `x` has another rank, or if a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor max_pool2d(const Tensor& x, Size<2> kernel_size,
                                const MaxPool2dOptions& options = {}, Where where = {});

/// Returns the largest value of each window of `x`:
/// ``out[i, j, m] = max over k, l, q of x[i', j', m']``. Positions are ``i' = i s + k d - p``, and
/// likewise j' and m', with stride s, dilation d and padding p. The first of equal values, in
/// row-major order of the window, gets the gradient. A window with NaN is NaN, and a window of
/// padding alone is minus infinity.
///
/// `x` is (N, C, D, H, W) or (C, D, H, W). The result is (N, C, D', H', W') or (C, D', H', W') with
/// ``D' = (D + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1`` rounded down, or up with
/// `ceil_mode`, and likewise ``H'`` and ``W'``. Results have channels-last strides.
/// @code
/// rg::max_pool3d(rg::rand({1, 4, 8, 8, 8}), 2).shape();  // [1, 4, 4, 4, 4]
/// @endcode
/// @throws ShapeError if `x` has another rank, or if a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor max_pool3d(const Tensor& x, Size<3> kernel_size,
                                const MaxPool3dOptions& options = {}, Where where = {});

/// Returns the largest value of each window, as max_pool1d() does, and its position. Positions are
/// int64 indices into the row-major spatial dimensions of `x`; a window of padding alone has -1.
/// Shapes and errors are those of max_pool1d().
/// @code
/// const auto [values, indices] = rg::max_pool1d_with_indices(x, 2);
/// @endcode
RETROGRAD_API ValuesAndIndices max_pool1d_with_indices(const Tensor& x, Size<1> kernel_size,
                                                       const MaxPool1dOptions& options = {},
                                                       Where where = {});

/// Returns the largest value of each window, as max_pool2d() does, and its position. Positions are
/// int64 indices into the row-major spatial dimensions of `x`; a window of padding alone has -1.
/// Shapes and errors are those of max_pool2d().
/// @code
/// const auto [values, indices] = rg::max_pool2d_with_indices(x, 2);
/// @endcode
RETROGRAD_API ValuesAndIndices max_pool2d_with_indices(const Tensor& x, Size<2> kernel_size,
                                                       const MaxPool2dOptions& options = {},
                                                       Where where = {});

/// Returns the largest value of each window, as max_pool3d() does, and its position. Positions are
/// int64 indices into the row-major spatial dimensions of `x`; a window of padding alone has -1.
/// Shapes and errors are those of max_pool3d().
/// @code
/// const auto [values, indices] = rg::max_pool3d_with_indices(x, 2);
/// @endcode
RETROGRAD_API ValuesAndIndices max_pool3d_with_indices(const Tensor& x, Size<3> kernel_size,
                                                       const MaxPool3dOptions& options = {},
                                                       Where where = {});

/// Returns the mean of each window of `x`: `out[i] = sum over k of x[i s + k - p] / divisor` with
/// stride s and padding p. The divisor is the window's size.
///
/// `x` is (N, C, L) or (C, L). The result is (N, C, L') or (C, L') with
/// ``L' = (L + 2 padding - kernel_size) / stride + 1`` rounded down, or up with `ceil_mode`.
/// Results have channels-last strides.
/// @code
/// rg::avg_pool1d(rg::tensor({{1.0, 3.0, 2.0, 0.0}}), 2);  // [[2, 1]]
/// @endcode
/// @throws ShapeError if `x` has another rank, or if a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor avg_pool1d(const Tensor& x, Size<1> kernel_size,
                                const AvgPool1dOptions& options = {}, Where where = {});

/// Returns the mean of each window of `x`:
/// `out[i, j] = sum over k, l of x[i s + k - p, j s + l - p] / divisor` with stride s and padding
/// p. The divisor is the window's size.
///
/// `x` is (N, C, H, W) or (C, H, W). The result is (N, C, H', W') or (C, H', W') with
/// ``H' = (H + 2 padding - kernel_size) / stride + 1`` rounded down, or up with `ceil_mode`, and
/// likewise ``W'``. Results have channels-last strides.
/// @code
/// rg::avg_pool2d(rg::rand({8, 16, 28, 28}), 2).shape();  // [8, 16, 14, 14]
/// @endcode
/// @throws ShapeError if `x` has another rank, or if a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor avg_pool2d(const Tensor& x, Size<2> kernel_size,
                                const AvgPool2dOptions& options = {}, Where where = {});

/// Returns the mean of each window of `x`:
/// ``out[i, j, m] = sum over k, l, q of x[i', j', m'] / divisor``. Positions are
/// ``i' = i s + k - p``, and likewise j' and m', with stride s and padding p. The divisor is the
/// window's size.
///
/// `x` is (N, C, D, H, W) or (C, D, H, W). The result is (N, C, D', H', W') or (C, D', H', W') with
/// ``D' = (D + 2 padding - kernel_size) / stride + 1`` rounded down, or up with `ceil_mode`, and
/// likewise ``H'`` and ``W'``. Results have channels-last strides.
/// @code
/// rg::avg_pool3d(rg::rand({1, 4, 8, 8, 8}), 2).shape();  // [1, 4, 4, 4, 4]
/// @endcode
/// @throws ShapeError if `x` has another rank, or if a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor avg_pool3d(const Tensor& x, Size<3> kernel_size,
                                const AvgPool3dOptions& options = {}, Where where = {});

/// Returns the largest values of `x` in windows that give `output_size` positions. Output position
/// o of `out` covers the input positions from `floor(o in / out)` to `ceil((o + 1) in / out)`, the
/// end not included.
///
/// `x` is (N, C, L) or (C, L); the first of equal values gets the gradient.
/// @code
/// rg::adaptive_max_pool1d(rg::rand({8, 16, 50}), 7).shape();  // [8, 16, 7]
/// @endcode
/// @throws ShapeError if `x` has another rank, or no positions in a spatial dimension.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if an output size is negative.
RETROGRAD_API Tensor adaptive_max_pool1d(const Tensor& x, Size<1> output_size, Where where = {});

/// Returns the largest values of `x` in windows that give `output_size` positions. Output position
/// o of `out` covers the input positions from `floor(o in / out)` to `ceil((o + 1) in / out)`, the
/// end not included.
///
/// `x` is (N, C, H, W) or (C, H, W); the first of equal values gets the gradient.
/// @code
/// rg::adaptive_max_pool2d(rg::rand({8, 16, 9, 13}), {3, 4}).shape();  // [8, 16, 3, 4]
/// @endcode
/// @throws ShapeError if `x` has another rank, or no positions in a spatial dimension.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if an output size is negative.
RETROGRAD_API Tensor adaptive_max_pool2d(const Tensor& x, Size<2> output_size, Where where = {});

/// Returns the largest values of `x` in windows that give `output_size` positions. Output position
/// o of `out` covers the input positions from `floor(o in / out)` to `ceil((o + 1) in / out)`, the
/// end not included.
///
/// `x` is (N, C, D, H, W) or (C, D, H, W); the first of equal values gets the gradient.
/// @code
/// rg::adaptive_max_pool3d(rg::rand({1, 4, 5, 6, 7}), 2).shape();  // [1, 4, 2, 2, 2]
/// @endcode
/// @throws ShapeError if `x` has another rank, or no positions in a spatial dimension.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if an output size is negative.
RETROGRAD_API Tensor adaptive_max_pool3d(const Tensor& x, Size<3> output_size, Where where = {});

/// Returns the result of adaptive_max_pool1d() and the position of each value. Positions are int64
/// indices into the row-major spatial dimensions of `x`. Errors are those of adaptive_max_pool1d().
/// @code
/// const auto [values, indices] = rg::adaptive_max_pool1d_with_indices(x, 3);
/// @endcode
RETROGRAD_API ValuesAndIndices adaptive_max_pool1d_with_indices(const Tensor& x,
                                                                Size<1> output_size,
                                                                Where where = {});

/// Returns the result of adaptive_max_pool2d() and the position of each value. Positions are int64
/// indices into the row-major spatial dimensions of `x`. Errors are those of adaptive_max_pool2d().
/// @code
/// const auto [values, indices] = rg::adaptive_max_pool2d_with_indices(x, 3);
/// @endcode
RETROGRAD_API ValuesAndIndices adaptive_max_pool2d_with_indices(const Tensor& x,
                                                                Size<2> output_size,
                                                                Where where = {});

/// Returns the result of adaptive_max_pool3d() and the position of each value. Positions are int64
/// indices into the row-major spatial dimensions of `x`. Errors are those of adaptive_max_pool3d().
/// @code
/// const auto [values, indices] = rg::adaptive_max_pool3d_with_indices(x, 3);
/// @endcode
RETROGRAD_API ValuesAndIndices adaptive_max_pool3d_with_indices(const Tensor& x,
                                                                Size<3> output_size,
                                                                Where where = {});

/// Returns the means of `x` in windows that give `output_size` positions. Output position o of
/// `out` covers the input positions from `floor(o in / out)` to `ceil((o + 1) in / out)`, the end
/// not included.
///
/// `x` is (N, C, L) or (C, L).
/// @code
/// rg::adaptive_avg_pool1d(rg::rand({8, 16, 50}), 7).shape();  // [8, 16, 7]
/// @endcode
/// @throws ShapeError if `x` has another rank, or no positions in a spatial dimension.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if an output size is negative.
RETROGRAD_API Tensor adaptive_avg_pool1d(const Tensor& x, Size<1> output_size, Where where = {});

/// Returns the means of `x` in windows that give `output_size` positions. Output position o of
/// `out` covers the input positions from `floor(o in / out)` to `ceil((o + 1) in / out)`, the end
/// not included.
///
/// `x` is (N, C, H, W) or (C, H, W).
/// @code
/// rg::adaptive_avg_pool2d(rg::rand({8, 16, 9, 13}), {3, 4}).shape();  // [8, 16, 3, 4]
/// @endcode
/// @throws ShapeError if `x` has another rank, or no positions in a spatial dimension.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if an output size is negative.
RETROGRAD_API Tensor adaptive_avg_pool2d(const Tensor& x, Size<2> output_size, Where where = {});

/// Returns the means of `x` in windows that give `output_size` positions. Output position o of
/// `out` covers the input positions from `floor(o in / out)` to `ceil((o + 1) in / out)`, the end
/// not included.
///
/// `x` is (N, C, D, H, W) or (C, D, H, W).
/// @code
/// rg::adaptive_avg_pool3d(rg::rand({1, 4, 5, 6, 7}), 2).shape();  // [1, 4, 2, 2, 2]
/// @endcode
/// @throws ShapeError if `x` has another rank, or no positions in a spatial dimension.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if an output size is negative.
RETROGRAD_API Tensor adaptive_avg_pool3d(const Tensor& x, Size<3> output_size, Where where = {});

/// Options of `lp_pool1d` and `lp_pool2d`.
template <std::size_t N>
struct LPPoolOptions {
  /// Step of the window, in elements of the input; the kernel's size by default.
  OptionalSize<N> stride = {};
  bool ceil_mode = false;  ///< Whether windows that start inside but end outside are kept.
};
/// Options of `lp_pool1d`.
using LPPool1dOptions = LPPoolOptions<1>;
/// Options of `lp_pool2d`.
using LPPool2dOptions = LPPoolOptions<2>;

/// Returns the p-norm of each window of `x`, without absolute values:
/// `(sum of x^p over the window)^(1 / p)` with `p = norm_type`. An odd p therefore needs `x >= 0`.
/// A window cut off by `ceil_mode` counts as if its mean filled it. The gradient is 0 where the sum
/// is 0.
///
/// `x` is (N, C, L) or (C, L), and the result has the shape of avg_pool1d().
/// @code
/// rg::lp_pool1d(rg::tensor({{3.0, 4.0}}), 2, 2);  // [[5]]
/// @endcode
/// @throws ShapeError if `x` has another rank, or if a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `norm_type` is not a finite number above 0, or an option is out of range.
RETROGRAD_API Tensor lp_pool1d(const Tensor& x, double norm_type, Size<1> kernel_size,
                               const LPPoolOptions<1>& options = {}, Where where = {});

/// Returns the p-norm of each window of `x`, without absolute values:
/// `(sum of x^p over the window)^(1 / p)` with `p = norm_type`. An odd p therefore needs `x >= 0`.
/// A window cut off by `ceil_mode` counts as if its mean filled it. The gradient is 0 where the sum
/// is 0.
///
/// `x` is (N, C, H, W) or (C, H, W), and the result has the shape of avg_pool2d().
/// @code
/// rg::lp_pool2d(rg::rand({8, 16, 28, 28}), 2, 2).shape();  // [8, 16, 14, 14]
/// @endcode
/// @throws ShapeError if `x` has another rank, or if a window does not fit.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `norm_type` is not a finite number above 0, or an option is out of range.
RETROGRAD_API Tensor lp_pool2d(const Tensor& x, double norm_type, Size<2> kernel_size,
                               const LPPoolOptions<2>& options = {}, Where where = {});

/// Options of `max_unpool1d`, `max_unpool2d` and `max_unpool3d`.
template <std::size_t N>
struct MaxUnpoolOptions {
  OptionalSize<N> stride = {};  ///< Step of the pool's window; the kernel's size by default.
  Size<N> padding = 0;          ///< Padding of the pool, at each end.
  /// Spatial lengths of the result; `(in - 1) stride - 2 padding + kernel_size` by default.
  OptionalSize<N> output_size = {};
};
/// Options of `max_unpool1d`.
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
/// Options of `max_unpool2d`.
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
/// Options of `max_unpool3d`.
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

/// Returns zeros with the values `x` at the positions `indices`, which undoes
/// max_pool1d_with_indices(). Of equal indices, the last one sets the value and gets the gradient.
///
/// `x` and the int64 `indices` are (N, C, L) or (C, L), and `kernel_size` is the pool's window.
/// @code
/// const auto [values, indices] = rg::max_pool1d_with_indices(x, 2);
/// const rg::Tensor y = rg::max_unpool1d(values, indices, 2);
/// @endcode
/// @throws IndexError if an index is outside the result.
/// @throws ShapeError if the shapes differ, or no such pool gives `x` from `output_size`.
/// @throws DTypeError if `x` is not floating or `indices` is not int64.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor max_unpool1d(const Tensor& x, const Tensor& indices, Size<1> kernel_size,
                                  const MaxUnpoolOptions<1>& options = {}, Where where = {});

/// Returns zeros with the values `x` at the positions `indices`, which undoes
/// max_pool2d_with_indices(). Of equal indices, the last one sets the value and gets the gradient.
///
/// `x` and the int64 `indices` are (N, C, H, W) or (C, H, W), and `kernel_size` is the pool's
/// window.
/// @code
/// const auto [values, indices] = rg::max_pool2d_with_indices(x, 2);
/// const rg::Tensor y = rg::max_unpool2d(values, indices, 2);
/// @endcode
/// @throws IndexError if an index is outside the result.
/// @throws ShapeError if the shapes differ, or no such pool gives `x` from `output_size`.
/// @throws DTypeError if `x` is not floating or `indices` is not int64.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Size<2> kernel_size,
                                  const MaxUnpoolOptions<2>& options = {}, Where where = {});

/// Returns zeros with the values `x` at the positions `indices`, which undoes
/// max_pool3d_with_indices(). Of equal indices, the last one sets the value and gets the gradient.
///
/// `x` and the int64 `indices` are (N, C, D, H, W) or (C, D, H, W), and `kernel_size` is the pool's
/// window.
/// @code
/// const auto [values, indices] = rg::max_pool3d_with_indices(x, 2);
/// const rg::Tensor y = rg::max_unpool3d(values, indices, 2);
/// @endcode
/// @throws IndexError if an index is outside the result.
/// @throws ShapeError if the shapes differ, or no such pool gives `x` from `output_size`.
/// @throws DTypeError if `x` is not floating or `indices` is not int64.
/// @throws ValueError if `kernel_size` or an option is out of range.
RETROGRAD_API Tensor max_unpool3d(const Tensor& x, const Tensor& indices, Size<3> kernel_size,
                                  const MaxUnpoolOptions<3>& options = {}, Where where = {});

}  // namespace retrograd
