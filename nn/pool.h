// Pooling layers.
#pragma once

#include <cstddef>
#include <string>

#include <retrograd/nn/layer.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/ops/pool.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

template <std::size_t N>
class RETROGRAD_API MaxPool : public Stateless {
 public:
  explicit MaxPool(Size<N> kernel_size, MaxPoolOptions<N> options = {}, Where where = {});
  // And the places of the values, for MaxUnpool.
  ValuesAndIndices with_indices(const Tensor& x, Where where = {});

 private:
  Size<N> kernel_size_;
  MaxPoolOptions<N> options_;
};

using MaxPool1d = MaxPool<1>;
using MaxPool2d = MaxPool<2>;
using MaxPool3d = MaxPool<3>;

template <std::size_t N>
class RETROGRAD_API AvgPool : public Stateless {
 public:
  explicit AvgPool(Size<N> kernel_size, AvgPoolOptions<N> options = {}, Where where = {});
};

using AvgPool1d = AvgPool<1>;
using AvgPool2d = AvgPool<2>;
using AvgPool3d = AvgPool<3>;

template <std::size_t N>
class RETROGRAD_API AdaptiveMaxPool : public Stateless {
 public:
  explicit AdaptiveMaxPool(Size<N> output_size, Where where = {});
};

using AdaptiveMaxPool1d = AdaptiveMaxPool<1>;
using AdaptiveMaxPool2d = AdaptiveMaxPool<2>;
using AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

template <std::size_t N>
class RETROGRAD_API AdaptiveAvgPool : public Stateless {
 public:
  explicit AdaptiveAvgPool(Size<N> output_size, Where where = {});
};

using AdaptiveAvgPool1d = AdaptiveAvgPool<1>;
using AdaptiveAvgPool2d = AdaptiveAvgPool<2>;
using AdaptiveAvgPool3d = AdaptiveAvgPool<3>;

template <std::size_t N>
class RETROGRAD_API LPPool : public Stateless {
 public:
  LPPool(double norm_type, Size<N> kernel_size, LPPoolOptions<N> options = {}, Where where = {});
};

using LPPool1d = LPPool<1>;
using LPPool2d = LPPool<2>;

// Takes the values and indices of a max pool; the size of the result, where the usual one is not
// meant, is an argument of the call, as in PyTorch.
template <std::size_t N>
class RETROGRAD_API MaxUnpool
    : public ModuleOf<Tensor(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size)> {
 public:
  explicit MaxUnpool(Size<N> kernel_size, OptionalSize<N> stride = {}, Size<N> padding = 0,
                     Where where = {});
  Tensor operator()(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size = {},
                    Where where = {}) {
    return MaxUnpool::ModuleOf::operator()(x, indices, output_size, where);
  }
  Tensor forward(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size) override;
  std::string describe() const override { return text_; }

 private:
  std::string text_;
  Size<N> kernel_size_;
  OptionalSize<N> stride_;
  Size<N> padding_;
};

using MaxUnpool1d = MaxUnpool<1>;
using MaxUnpool2d = MaxUnpool<2>;
using MaxUnpool3d = MaxUnpool<3>;

}  // namespace retrograd::nn
