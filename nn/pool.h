/// @file
/// Pooling layers.
#pragma once

#include <cstddef>
#include <string>

#include <retrograd/nn/layer.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/ops/pool.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The layer of `max_pool1d()`, `max_pool2d()` or `max_pool3d()`: the largest value of each window.
///
/// For N = 2, an input (batch, C, H, W) or (C, H, W) gives an output (batch, C, H', W') or (C, H',
/// W'), with
/// @code
/// H' = floor((H + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1
/// @endcode
/// With `ceil_mode`, the quotient is rounded up.
///
/// @code
/// nn::MaxPool2d pool(2);
/// Tensor y = pool(x);  // (8, 16, 28, 28) to (8, 16, 14, 14)
/// @endcode
template <std::size_t N>
class RETROGRAD_API MaxPool : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if a size or an option is out of range, or `padding` exceeds half the
  ///   kernel.
  explicit MaxPool(Size<N> kernel_size, MaxPoolOptions<N> options = {}, Where where = {});
  /// Returns the largest value of each window and its position, for `MaxUnpool`.
  ///
  /// The positions index the spatial dimensions of `x` in row-major order.
  ValuesAndIndices with_indices(const Tensor& x, Where where = {});

 private:
  Size<N> kernel_size_;
  MaxPoolOptions<N> options_;
};

/// `MaxPool` over 1 spatial dimension: (N, C, L).
using MaxPool1d = MaxPool<1>;
/// `MaxPool` over 2 spatial dimensions: (N, C, H, W).
using MaxPool2d = MaxPool<2>;
/// `MaxPool` over 3 spatial dimensions: (N, C, D, H, W).
using MaxPool3d = MaxPool<3>;

/// The layer of `avg_pool1d()`, `avg_pool2d()` or `avg_pool3d()`: the mean of each window.
///
/// For N = 2, an input (batch, C, H, W) or (C, H, W) gives an output (batch, C, H', W') or (C, H',
/// W'), with
/// @code
/// H' = floor((H + 2 padding - kernel_size) / stride) + 1
/// @endcode
/// With `ceil_mode`, the quotient is rounded up.
///
/// @code
/// nn::AvgPool2d pool(3, {.stride = 2, .padding = 1});
/// @endcode
template <std::size_t N>
class RETROGRAD_API AvgPool : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if a size or an option is out of range, or `padding` exceeds half the
  ///   kernel.
  explicit AvgPool(Size<N> kernel_size, AvgPoolOptions<N> options = {}, Where where = {});
};

/// `AvgPool` over 1 spatial dimension: (N, C, L).
using AvgPool1d = AvgPool<1>;
/// `AvgPool` over 2 spatial dimensions: (N, C, H, W).
using AvgPool2d = AvgPool<2>;
/// `AvgPool` over 3 spatial dimensions: (N, C, D, H, W).
using AvgPool3d = AvgPool<3>;

/// Max pooling to outputs of one size, by `adaptive_max_pool1d()`, `adaptive_max_pool2d()` or
/// `adaptive_max_pool3d()`.
///
/// An input (batch, C, spatial...) or (C, spatial...) gives `output_size` as the spatial sizes.
///
/// @code
/// nn::AdaptiveMaxPool2d pool(7);
/// Tensor y = pool(x);  // (8, 16, 30, 40) to (8, 16, 7, 7)
/// @endcode
template <std::size_t N>
class RETROGRAD_API AdaptiveMaxPool : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if a size of `output_size` is negative.
  explicit AdaptiveMaxPool(Size<N> output_size, Where where = {});
};

/// `AdaptiveMaxPool` over 1 spatial dimension: (N, C, L).
using AdaptiveMaxPool1d = AdaptiveMaxPool<1>;
/// `AdaptiveMaxPool` over 2 spatial dimensions: (N, C, H, W).
using AdaptiveMaxPool2d = AdaptiveMaxPool<2>;
/// `AdaptiveMaxPool` over 3 spatial dimensions: (N, C, D, H, W).
using AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

/// Average pooling to outputs of one size, by `adaptive_avg_pool1d()`, `adaptive_avg_pool2d()` or
/// `adaptive_avg_pool3d()`.
///
/// An input (batch, C, spatial...) or (C, spatial...) gives `output_size` as the spatial sizes.
///
/// @code
/// nn::AdaptiveAvgPool2d pool(1);
/// Tensor y = pool(x);  // (8, 16, 30, 40) to (8, 16, 1, 1)
/// @endcode
template <std::size_t N>
class RETROGRAD_API AdaptiveAvgPool : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if a size of `output_size` is negative.
  explicit AdaptiveAvgPool(Size<N> output_size, Where where = {});
};

/// `AdaptiveAvgPool` over 1 spatial dimension: (N, C, L).
using AdaptiveAvgPool1d = AdaptiveAvgPool<1>;
/// `AdaptiveAvgPool` over 2 spatial dimensions: (N, C, H, W).
using AdaptiveAvgPool2d = AdaptiveAvgPool<2>;
/// `AdaptiveAvgPool` over 3 spatial dimensions: (N, C, D, H, W).
using AdaptiveAvgPool3d = AdaptiveAvgPool<3>;

/// The layer of `lp_pool1d()` or `lp_pool2d()`: `(sum of x^p)^(1 / p)` of each window.
///
/// The exponent p is `norm_type`. Shapes are those of `AvgPool` without padding.
///
/// @code
/// nn::LPPool2d pool(2, 3);
/// @endcode
template <std::size_t N>
class RETROGRAD_API LPPool : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `norm_type` is not finite and above 0, or a size or an option is out of
  ///   range.
  LPPool(double norm_type, Size<N> kernel_size, LPPoolOptions<N> options = {}, Where where = {});
};

/// `LPPool` over 1 spatial dimension: (N, C, L).
using LPPool1d = LPPool<1>;
/// `LPPool` over 2 spatial dimensions: (N, C, H, W).
using LPPool2d = LPPool<2>;

/// The layer of `max_unpool1d()`, `max_unpool2d()` or `max_unpool3d()`: a partial inverse of
/// `MaxPool`.
///
/// The output has the values `x` at the positions `indices` and zeros elsewhere.
///
/// @code
/// nn::MaxPool2d pool(2);
/// nn::MaxUnpool2d unpool(2);
/// const auto [values, indices] = pool.with_indices(x);
/// Tensor y = unpool(values, indices);
/// @endcode
template <std::size_t N>
class RETROGRAD_API MaxUnpool
    : public ModuleOf<Tensor(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size)> {
 public:
  /// Constructs the inverse of a pool with this window. The default `stride` is `kernel_size`.
  ///
  /// @throws ValueError if a size is out of range, or `padding` exceeds half the kernel.
  explicit MaxUnpool(Size<N> kernel_size, OptionalSize<N> stride = {}, Size<N> padding = 0,
                     Where where = {});
  /// Returns `forward(x, indices, output_size)`. Errors and tapes name the line of this call.
  Tensor operator()(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size = {},
                    Where where = {}) {
    return MaxUnpool::ModuleOf::operator()(x, indices, output_size, where);
  }
  /// Returns the values at their positions in an output with the spatial sizes `output_size`.
  ///
  /// The default size is `(in - 1) stride - 2 padding + kernel_size`.
  ///
  /// @throws IndexError if an index is out of range.
  Tensor forward(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size) override;
  /// Returns the layer and its arguments, as summaries show it.
  std::string describe() const override { return text_; }

 private:
  std::string text_;
  Size<N> kernel_size_;
  OptionalSize<N> stride_;
  Size<N> padding_;
};

/// `MaxUnpool` over 1 spatial dimension: (N, C, L).
using MaxUnpool1d = MaxUnpool<1>;
/// `MaxUnpool` over 2 spatial dimensions: (N, C, H, W).
using MaxUnpool2d = MaxUnpool<2>;
/// `MaxUnpool` over 3 spatial dimensions: (N, C, D, H, W).
using MaxUnpool3d = MaxUnpool<3>;

}  // namespace retrograd::nn
