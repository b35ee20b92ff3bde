// Pooling over windows of one, two or three spatial dimensions. Inputs are (N, C, spatial...) or
// (C, spatial...); results have channels-last strides. Throws ShapeError, DTypeError or ValueError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <retrograd/ops/reduce.h>
#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

template <std::size_t N>
struct MaxPoolOptions {
  OptionalSize<N> stride = {};  // the kernel's size when left out
  Size<N> padding = 0;          // at most half the kernel; padded positions never win
  Size<N> dilation = 1;
  bool ceil_mode = false;  // keep windows that start inside but reach past the end
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;
using MaxPool3dOptions = MaxPoolOptions<3>;

template <std::size_t N>
struct AvgPoolOptions {
  OptionalSize<N> stride = {};
  Size<N> padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;  // divide by the window's size, padding counted
  std::optional<std::int64_t> divisor_override = {};  // divide by this instead; not 0
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;
using AvgPool3dOptions = AvgPoolOptions<3>;

// The largest value of each window. The first of equals, in row-major order of the window, gets the
// gradient; NaN wins. A window that sees padding alone gives minus infinity.
RETROGRAD_API Tensor max_pool1d(const Tensor& x, Size<1> kernel_size,
                                const MaxPool1dOptions& options = {}, Where where = {});
RETROGRAD_API Tensor max_pool2d(const Tensor& x, Size<2> kernel_size,
                                const MaxPool2dOptions& options = {}, Where where = {});
RETROGRAD_API Tensor max_pool3d(const Tensor& x, Size<3> kernel_size,
                                const MaxPool3dOptions& options = {}, Where where = {});
// The same and where the values stand: indices into the row-major spatial dimensions of x; -1 for a
// window that sees padding alone.
RETROGRAD_API ValuesAndIndices max_pool1d_with_indices(const Tensor& x, Size<1> kernel_size,
                                                       const MaxPool1dOptions& options = {},
                                                       Where where = {});
RETROGRAD_API ValuesAndIndices max_pool2d_with_indices(const Tensor& x, Size<2> kernel_size,
                                                       const MaxPool2dOptions& options = {},
                                                       Where where = {});
RETROGRAD_API ValuesAndIndices max_pool3d_with_indices(const Tensor& x, Size<3> kernel_size,
                                                       const MaxPool3dOptions& options = {},
                                                       Where where = {});

// The mean of each window.
RETROGRAD_API Tensor avg_pool1d(const Tensor& x, Size<1> kernel_size,
                                const AvgPool1dOptions& options = {}, Where where = {});
RETROGRAD_API Tensor avg_pool2d(const Tensor& x, Size<2> kernel_size,
                                const AvgPool2dOptions& options = {}, Where where = {});
RETROGRAD_API Tensor avg_pool3d(const Tensor& x, Size<3> kernel_size,
                                const AvgPool3dOptions& options = {}, Where where = {});

// Pools to a given size, whatever the input's: output o of `out` sees the positions from
// floor(o in / out) to ceil((o + 1) in / out), the end not included.
RETROGRAD_API Tensor adaptive_max_pool1d(const Tensor& x, Size<1> output_size, Where where = {});
RETROGRAD_API Tensor adaptive_max_pool2d(const Tensor& x, Size<2> output_size, Where where = {});
RETROGRAD_API Tensor adaptive_max_pool3d(const Tensor& x, Size<3> output_size, Where where = {});
RETROGRAD_API ValuesAndIndices adaptive_max_pool1d_with_indices(const Tensor& x,
                                                                Size<1> output_size,
                                                                Where where = {});
RETROGRAD_API ValuesAndIndices adaptive_max_pool2d_with_indices(const Tensor& x,
                                                                Size<2> output_size,
                                                                Where where = {});
RETROGRAD_API ValuesAndIndices adaptive_max_pool3d_with_indices(const Tensor& x,
                                                                Size<3> output_size,
                                                                Where where = {});
RETROGRAD_API Tensor adaptive_avg_pool1d(const Tensor& x, Size<1> output_size, Where where = {});
RETROGRAD_API Tensor adaptive_avg_pool2d(const Tensor& x, Size<2> output_size, Where where = {});
RETROGRAD_API Tensor adaptive_avg_pool3d(const Tensor& x, Size<3> output_size, Where where = {});

template <std::size_t N>
struct LPPoolOptions {
  OptionalSize<N> stride = {};
  bool ceil_mode = false;
};
using LPPool1dOptions = LPPoolOptions<1>;
using LPPool2dOptions = LPPoolOptions<2>;

// (sum of x^p over the window)^(1/p) with p = norm_type > 0: no absolute values are taken, so an
// odd p needs x >= 0. A window cut off by ceil_mode counts as if its mean filled it. The gradient
// is 0 where the sum is 0.
RETROGRAD_API Tensor lp_pool1d(const Tensor& x, double norm_type, Size<1> kernel_size,
                               const LPPoolOptions<1>& options = {}, Where where = {});
RETROGRAD_API Tensor lp_pool2d(const Tensor& x, double norm_type, Size<2> kernel_size,
                               const LPPoolOptions<2>& options = {}, Where where = {});

template <std::size_t N>
struct MaxUnpoolOptions {
  OptionalSize<N> stride = {};  // the kernel's size when left out
  Size<N> padding = 0;
  OptionalSize<N> output_size = {};  // (in - 1) stride - 2 padding + kernel when left out
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

// Undoes a max pool of such a window: zeros, but for the values x at the positions `indices`, as
// max_pool*_with_indices gives them. Of equal indices the last one's value stands and gets the
// gradient. Throws IndexError for an index out of range.
RETROGRAD_API Tensor max_unpool1d(const Tensor& x, const Tensor& indices, Size<1> kernel_size,
                                  const MaxUnpoolOptions<1>& options = {}, Where where = {});
RETROGRAD_API Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Size<2> kernel_size,
                                  const MaxUnpoolOptions<2>& options = {}, Where where = {});
RETROGRAD_API Tensor max_unpool3d(const Tensor& x, const Tensor& indices, Size<3> kernel_size,
                                  const MaxUnpoolOptions<3>& options = {}, Where where = {});

}  // namespace retrograd
