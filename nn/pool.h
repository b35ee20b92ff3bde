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

/// Max pooling over N spatial dimensions, as in max_pool2d().
template <std::size_t N>
class RETROGRAD_API MaxPool : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit MaxPool(Size<N> kernel_size, MaxPoolOptions<N> options = {}, Where where = {});
  /// And the places of the values, for MaxUnpool.
  ValuesAndIndices with_indices(const Tensor& x, Where where = {});

 private:
  Size<N> kernel_size_;
  MaxPoolOptions<N> options_;
};

/// MaxPool over 1 spatial dimension.
using MaxPool1d = MaxPool<1>;
/// MaxPool over 2 spatial dimensions.
using MaxPool2d = MaxPool<2>;
/// MaxPool over 3 spatial dimensions.
using MaxPool3d = MaxPool<3>;

/// Average pooling over N spatial dimensions, as in avg_pool2d().
template <std::size_t N>
class RETROGRAD_API AvgPool : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit AvgPool(Size<N> kernel_size, AvgPoolOptions<N> options = {}, Where where = {});
};

/// AvgPool over 1 spatial dimension.
using AvgPool1d = AvgPool<1>;
/// AvgPool over 2 spatial dimensions.
using AvgPool2d = AvgPool<2>;
/// AvgPool over 3 spatial dimensions.
using AvgPool3d = AvgPool<3>;

/// Max pooling to a given size, as in adaptive_max_pool2d().
template <std::size_t N>
class RETROGRAD_API AdaptiveMaxPool : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit AdaptiveMaxPool(Size<N> output_size, Where where = {});
};

/// AdaptiveMaxPool over 1 spatial dimension.
using AdaptiveMaxPool1d = AdaptiveMaxPool<1>;
/// AdaptiveMaxPool over 2 spatial dimensions.
using AdaptiveMaxPool2d = AdaptiveMaxPool<2>;
/// AdaptiveMaxPool over 3 spatial dimensions.
using AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

/// Average pooling to a given size, as in adaptive_avg_pool2d().
template <std::size_t N>
class RETROGRAD_API AdaptiveAvgPool : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit AdaptiveAvgPool(Size<N> output_size, Where where = {});
};

/// AdaptiveAvgPool over 1 spatial dimension.
using AdaptiveAvgPool1d = AdaptiveAvgPool<1>;
/// AdaptiveAvgPool over 2 spatial dimensions.
using AdaptiveAvgPool2d = AdaptiveAvgPool<2>;
/// AdaptiveAvgPool over 3 spatial dimensions.
using AdaptiveAvgPool3d = AdaptiveAvgPool<3>;

/// Pooling by a p-norm, as in lp_pool2d().
template <std::size_t N>
class RETROGRAD_API LPPool : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  LPPool(double norm_type, Size<N> kernel_size, LPPoolOptions<N> options = {}, Where where = {});
};

/// LPPool over 1 spatial dimension.
using LPPool1d = LPPool<1>;
/// LPPool over 2 spatial dimensions.
using LPPool2d = LPPool<2>;

/// Takes the values and indices of a max pool; the size of the result, where the usual one is not
/// meant, is an argument of the call, as in PyTorch.
template <std::size_t N>
class RETROGRAD_API MaxUnpool
    : public ModuleOf<Tensor(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size)> {
 public:
  /// Constructs it from what the class and its options describe.
  explicit MaxUnpool(Size<N> kernel_size, OptionalSize<N> stride = {}, Size<N> padding = 0,
                     Where where = {});
  /// Computes; errors and tapes name the line of this call.
  Tensor operator()(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size = {},
                    Where where = {}) {
    return MaxUnpool::ModuleOf::operator()(x, indices, output_size, where);
  }
  /// Computes what a call of the module gives.
  Tensor forward(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size) override;
  /// The layer and its arguments, as summaries show it.
  std::string describe() const override { return text_; }

 private:
  std::string text_;
  Size<N> kernel_size_;
  OptionalSize<N> stride_;
  Size<N> padding_;
};

/// MaxUnpool over 1 spatial dimension.
using MaxUnpool1d = MaxUnpool<1>;
/// MaxUnpool over 2 spatial dimensions.
using MaxUnpool2d = MaxUnpool<2>;
/// MaxUnpool over 3 spatial dimensions.
using MaxUnpool3d = MaxUnpool<3>;

}  // namespace retrograd::nn
