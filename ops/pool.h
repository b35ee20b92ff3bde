/// @file
/// Pooling over windows of one, two or three spatial dimensions. Inputs are (N, C, spatial...) or
/// (C, spatial...); results have channels-last strides. Throws ShapeError, DTypeError or
/// ValueError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <retrograd/ops/reduce.h>
#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct MaxPoolOptions {
  /// Step of the window, in elements of the input. The kernel's size when left out.
  OptionalSize<N> stride = {};
  Size<N> padding = 0;     ///< At most half the kernel; padded positions never win.
  Size<N> dilation = 1;    ///< Step between neighbouring elements of the window.
  bool ceil_mode = false;  ///< Keep windows that start inside but reach past the end.
};
/// MaxPoolOptions over 1 spatial dimension.
using MaxPool1dOptions = MaxPoolOptions<1>;
/// MaxPoolOptions over 2 spatial dimensions.
using MaxPool2dOptions = MaxPoolOptions<2>;
/// MaxPoolOptions over 3 spatial dimensions.
using MaxPool3dOptions = MaxPoolOptions<3>;

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct AvgPoolOptions {
  OptionalSize<N> stride = {};    ///< Step of the window, in elements of the input.
  Size<N> padding = 0;            ///< Zeros put around the input, on each side.
  bool ceil_mode = false;         ///< Keeps windows that start inside but reach past the end.
  bool count_include_pad = true;  ///< Divide by the window's size, padding counted.
  std::optional<std::int64_t> divisor_override = {};  ///< Divide by this instead; not 0.
};
/// AvgPoolOptions over 1 spatial dimension.
using AvgPool1dOptions = AvgPoolOptions<1>;
/// AvgPoolOptions over 2 spatial dimensions.
using AvgPool2dOptions = AvgPoolOptions<2>;
/// AvgPoolOptions over 3 spatial dimensions.
using AvgPool3dOptions = AvgPoolOptions<3>;

/// The largest value of each window. The first of equals, in row-major order of the window, gets
/// the gradient; NaN wins. A window that sees padding alone gives minus infinity.
RETROGRAD_API Tensor max_pool1d(const Tensor& x, Size<1> kernel_size,
                                const MaxPool1dOptions& options = {}, Where where = {});
/// The largest value of each window. The first of equals, in row-major order of the window, gets
/// the gradient; NaN wins. A window that sees padding alone gives minus infinity.
RETROGRAD_API Tensor max_pool2d(const Tensor& x, Size<2> kernel_size,
                                const MaxPool2dOptions& options = {}, Where where = {});
/// The largest value of each window. The first of equals, in row-major order of the window, gets
/// the gradient; NaN wins. A window that sees padding alone gives minus infinity.
RETROGRAD_API Tensor max_pool3d(const Tensor& x, Size<3> kernel_size,
                                const MaxPool3dOptions& options = {}, Where where = {});
/// The same and where the values stand: indices into the row-major spatial dimensions of x; -1 for
/// a window that sees padding alone.
RETROGRAD_API ValuesAndIndices max_pool1d_with_indices(const Tensor& x, Size<1> kernel_size,
                                                       const MaxPool1dOptions& options = {},
                                                       Where where = {});
/// The same and where the values stand: indices into the row-major spatial dimensions of x; -1 for
/// a window that sees padding alone.
RETROGRAD_API ValuesAndIndices max_pool2d_with_indices(const Tensor& x, Size<2> kernel_size,
                                                       const MaxPool2dOptions& options = {},
                                                       Where where = {});
/// The same and where the values stand: indices into the row-major spatial dimensions of x; -1 for
/// a window that sees padding alone.
RETROGRAD_API ValuesAndIndices max_pool3d_with_indices(const Tensor& x, Size<3> kernel_size,
                                                       const MaxPool3dOptions& options = {},
                                                       Where where = {});

/// The mean of each window.
RETROGRAD_API Tensor avg_pool1d(const Tensor& x, Size<1> kernel_size,
                                const AvgPool1dOptions& options = {}, Where where = {});
/// The mean of each window.
RETROGRAD_API Tensor avg_pool2d(const Tensor& x, Size<2> kernel_size,
                                const AvgPool2dOptions& options = {}, Where where = {});
/// The mean of each window.
RETROGRAD_API Tensor avg_pool3d(const Tensor& x, Size<3> kernel_size,
                                const AvgPool3dOptions& options = {}, Where where = {});

/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API Tensor adaptive_max_pool1d(const Tensor& x, Size<1> output_size, Where where = {});
/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API Tensor adaptive_max_pool2d(const Tensor& x, Size<2> output_size, Where where = {});
/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API Tensor adaptive_max_pool3d(const Tensor& x, Size<3> output_size, Where where = {});
/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API ValuesAndIndices adaptive_max_pool1d_with_indices(const Tensor& x,
                                                                Size<1> output_size,
                                                                Where where = {});
/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API ValuesAndIndices adaptive_max_pool2d_with_indices(const Tensor& x,
                                                                Size<2> output_size,
                                                                Where where = {});
/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API ValuesAndIndices adaptive_max_pool3d_with_indices(const Tensor& x,
                                                                Size<3> output_size,
                                                                Where where = {});
/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API Tensor adaptive_avg_pool1d(const Tensor& x, Size<1> output_size, Where where = {});
/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API Tensor adaptive_avg_pool2d(const Tensor& x, Size<2> output_size, Where where = {});
/// Pools to a given size, whatever the input's: output o of `out` sees the positions from
/// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API Tensor adaptive_avg_pool3d(const Tensor& x, Size<3> output_size, Where where = {});

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct LPPoolOptions {
  OptionalSize<N> stride = {};  ///< Step of the window, in elements of the input.
  bool ceil_mode = false;       ///< Keeps windows that start inside but reach past the end.
};
/// LPPoolOptions over 1 spatial dimension.
using LPPool1dOptions = LPPoolOptions<1>;
/// LPPoolOptions over 2 spatial dimensions.
using LPPool2dOptions = LPPoolOptions<2>;

/// (sum of x^p over the window)^(1/p) with p = norm_type > 0: no absolute values are taken, so an
/// odd p needs x >= 0. A window cut off by ceil_mode counts as if its mean filled it. The gradient
/// is 0 where the sum is 0.
RETROGRAD_API Tensor lp_pool1d(const Tensor& x, double norm_type, Size<1> kernel_size,
                               const LPPoolOptions<1>& options = {}, Where where = {});
/// (sum of x^p over the window)^(1/p) with p = norm_type > 0: no absolute values are taken, so an
/// odd p needs x >= 0. A window cut off by ceil_mode counts as if its mean filled it. The gradient
/// is 0 where the sum is 0.
RETROGRAD_API Tensor lp_pool2d(const Tensor& x, double norm_type, Size<2> kernel_size,
                               const LPPoolOptions<2>& options = {}, Where where = {});

/// Options, given as {.name = value}; what is left out keeps its default.
template <std::size_t N>
struct MaxUnpoolOptions {
  /// Step of the window, in elements of the input. The kernel's size when left out.
  OptionalSize<N> stride = {};
  Size<N> padding = 0;               ///< Zeros put around the input, on each side.
  OptionalSize<N> output_size = {};  ///< (in - 1) stride - 2 padding + kernel when left out.
};
/// MaxUnpoolOptions over 1 spatial dimension.
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
/// MaxUnpoolOptions over 2 spatial dimensions.
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
/// MaxUnpoolOptions over 3 spatial dimensions.
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

/// Undoes a max pool of such a window: zeros, but for the values x at the positions `indices`, as
/// `max_pool*_with_indices` gives them. Of equal indices the last one's value stands and gets the
/// gradient. Throws IndexError for an index out of range.
RETROGRAD_API Tensor max_unpool1d(const Tensor& x, const Tensor& indices, Size<1> kernel_size,
                                  const MaxUnpoolOptions<1>& options = {}, Where where = {});
/// Undoes a max pool of such a window: zeros, but for the values x at the positions `indices`, as
/// `max_pool*_with_indices` gives them. Of equal indices the last one's value stands and gets the
/// gradient. Throws IndexError for an index out of range.
RETROGRAD_API Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Size<2> kernel_size,
                                  const MaxUnpoolOptions<2>& options = {}, Where where = {});
/// Undoes a max pool of such a window: zeros, but for the values x at the positions `indices`, as
/// `max_pool*_with_indices` gives them. Of equal indices the last one's value stands and gets the
/// gradient. Throws IndexError for an index out of range.
RETROGRAD_API Tensor max_unpool3d(const Tensor& x, const Tensor& indices, Size<3> kernel_size,
                                  const MaxUnpoolOptions<3>& options = {}, Where where = {});

}  // namespace retrograd
