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

/// Max pooling over N spatial dimensions, as MaxPool1d, MaxPool2d and MaxPool3d.
template <std::size_t N>
class RETROGRAD_API MaxPool : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if `kernel_size` or an option is out of range.
  explicit MaxPool(Size<N> kernel_size, MaxPoolOptions<N> options = {}, Where where = {});
  /// Returns the values and their positions, for MaxUnpool.
  /// @throws ShapeError if `x` has another rank, or a window does not fit.
  ValuesAndIndices with_indices(const Tensor& x, Where where = {});

 private:
  Size<N> kernel_size_;
  MaxPoolOptions<N> options_;
};

/// max_pool1d() as a layer.
/// @code nn::MaxPool1d(2)(rg::rand({8, 16, 28})).shape();  // [8, 16, 14] @endcode
using MaxPool1d = MaxPool<1>;
/// max_pool2d() as a layer.
/// @code nn::MaxPool2d(2)(rg::rand({8, 16, 28, 28})).shape();  // [8, 16, 14, 14] @endcode
using MaxPool2d = MaxPool<2>;
/// max_pool3d() as a layer.
/// @code nn::MaxPool3d(2)(rg::rand({1, 4, 8, 8, 8})).shape();  // [1, 4, 4, 4, 4] @endcode
using MaxPool3d = MaxPool<3>;

/// Average pooling over N spatial dimensions, as AvgPool1d, AvgPool2d and AvgPool3d.
template <std::size_t N>
class RETROGRAD_API AvgPool : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if `kernel_size` or an option is out of range.
  explicit AvgPool(Size<N> kernel_size, AvgPoolOptions<N> options = {}, Where where = {});
};

/// avg_pool1d() as a layer.
/// @code nn::AvgPool1d(2)(rg::rand({8, 16, 28})).shape();  // [8, 16, 14] @endcode
using AvgPool1d = AvgPool<1>;
/// avg_pool2d() as a layer.
/// @code nn::AvgPool2d(2)(rg::rand({8, 16, 28, 28})).shape();  // [8, 16, 14, 14] @endcode
using AvgPool2d = AvgPool<2>;
/// avg_pool3d() as a layer.
/// @code nn::AvgPool3d(2)(rg::rand({1, 4, 8, 8, 8})).shape();  // [1, 4, 4, 4, 4] @endcode
using AvgPool3d = AvgPool<3>;

/// Max pooling to a given size, as AdaptiveMaxPool1d, AdaptiveMaxPool2d and AdaptiveMaxPool3d.
template <std::size_t N>
class RETROGRAD_API AdaptiveMaxPool : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if `output_size` is out of range.
  explicit AdaptiveMaxPool(Size<N> output_size, Where where = {});
};

/// adaptive_max_pool1d() as a layer.
/// @code nn::AdaptiveMaxPool1d(2)(rg::rand({8, 16, 28})).shape();  // [8, 16, 2] @endcode
using AdaptiveMaxPool1d = AdaptiveMaxPool<1>;
/// adaptive_max_pool2d() as a layer.
/// @code nn::AdaptiveMaxPool2d(2)(rg::rand({8, 16, 28, 28})).shape();  // [8, 16, 2, 2] @endcode
using AdaptiveMaxPool2d = AdaptiveMaxPool<2>;
/// adaptive_max_pool3d() as a layer.
/// @code nn::AdaptiveMaxPool3d(2)(rg::rand({1, 4, 8, 8, 8})).shape();  // [1, 4, 2, 2, 2] @endcode
using AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

/// Average pooling to a given size, as AdaptiveAvgPool1d, AdaptiveAvgPool2d and AdaptiveAvgPool3d.
template <std::size_t N>
class RETROGRAD_API AdaptiveAvgPool : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if `output_size` is out of range.
  explicit AdaptiveAvgPool(Size<N> output_size, Where where = {});
};

/// adaptive_avg_pool1d() as a layer.
/// @code nn::AdaptiveAvgPool1d(2)(rg::rand({8, 16, 28})).shape();  // [8, 16, 2] @endcode
using AdaptiveAvgPool1d = AdaptiveAvgPool<1>;
/// adaptive_avg_pool2d() as a layer.
/// @code nn::AdaptiveAvgPool2d(2)(rg::rand({8, 16, 28, 28})).shape();  // [8, 16, 2, 2] @endcode
using AdaptiveAvgPool2d = AdaptiveAvgPool<2>;
/// adaptive_avg_pool3d() as a layer.
/// @code nn::AdaptiveAvgPool3d(2)(rg::rand({1, 4, 8, 8, 8})).shape();  // [1, 4, 2, 2, 2] @endcode
using AdaptiveAvgPool3d = AdaptiveAvgPool<3>;

/// Pooling by a p-norm over N spatial dimensions, as LPPool1d and LPPool2d.
template <std::size_t N>
class RETROGRAD_API LPPool : public Stateless {
 public:
  /// Makes the layer with the exponent `norm_type`.
  /// @throws ValueError if `norm_type` is not a finite number above 0, or `kernel_size` or an
  /// option is out of range.
  LPPool(double norm_type, Size<N> kernel_size, LPPoolOptions<N> options = {}, Where where = {});
};

/// lp_pool1d() as a layer.
/// @code nn::LPPool1d(2, 2)(rg::rand({8, 16, 28})).shape();  // [8, 16, 14] @endcode
using LPPool1d = LPPool<1>;
/// lp_pool2d() as a layer.
/// @code nn::LPPool2d(2, 2)(rg::rand({8, 16, 28, 28})).shape();  // [8, 16, 14, 14] @endcode
using LPPool2d = LPPool<2>;

/// The reverse of max pooling over N spatial dimensions, as MaxUnpool1d, MaxUnpool2d and
/// MaxUnpool3d. As in PyTorch, the size of the result is an argument of the call.
template <std::size_t N>
class RETROGRAD_API MaxUnpool
    : public ModuleOf<Tensor(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size)> {
 public:
  /// Makes the layer for the windows of a max pool; `stride` is `kernel_size` by default.
  /// @throws ValueError if a size is out of range.
  explicit MaxUnpool(Size<N> kernel_size, OptionalSize<N> stride = {}, Size<N> padding = 0,
                     Where where = {});
  /// Runs forward(); errors and tapes name the line of this call.
  Tensor operator()(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size = {},
                    Where where = {}) {
    return MaxUnpool::ModuleOf::operator()(x, indices, output_size, where);
  }

  /// Returns zeros with the values `x` at the positions `indices`.
  /// @throws ShapeError if a shape does not fit.
  /// @throws IndexError if an index is outside the result.
  Tensor forward(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size) override;
  /// Returns the layer and its arguments, as summaries show them.
  std::string describe() const override { return text_; }

 private:
  std::string text_;
  Size<N> kernel_size_;
  OptionalSize<N> stride_;
  Size<N> padding_;
};

/// max_unpool1d() as a layer.
/// @code
/// const auto [values, indices] = nn::MaxPool1d(2).with_indices(rg::rand({8, 16, 28}));
/// const rg::Tensor y = nn::MaxUnpool1d(2)(values, indices);
/// @endcode
using MaxUnpool1d = MaxUnpool<1>;

/// max_unpool2d() as a layer.
/// @code
/// const auto [values, indices] = nn::MaxPool2d(2).with_indices(rg::rand({8, 16, 28, 28}));
/// const rg::Tensor y = nn::MaxUnpool2d(2)(values, indices);
/// @endcode
using MaxUnpool2d = MaxUnpool<2>;

/// max_unpool3d() as a layer.
/// @code
/// const auto [values, indices] = nn::MaxPool3d(2).with_indices(rg::rand({1, 4, 8, 8, 8}));
/// const rg::Tensor y = nn::MaxUnpool3d(2)(values, indices);
/// @endcode
using MaxUnpool3d = MaxUnpool<3>;

}  // namespace retrograd::nn
