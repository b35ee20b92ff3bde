// Pooling layers.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/ops/pool.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

template <std::size_t N>
class MaxPool : public Module {
 public:
  explicit MaxPool(Size<N> kernel_size, MaxPoolOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  // And the places of the values, for MaxUnpool.
  ValuesAndIndices with_indices(const Tensor& x, Where where = {});
  std::string describe() const override;

 private:
  Size<N> kernel_size_;
  MaxPoolOptions<N> options_;
};

extern template class RETROGRAD_API MaxPool<1>;
extern template class RETROGRAD_API MaxPool<2>;
extern template class RETROGRAD_API MaxPool<3>;
using MaxPool1d = MaxPool<1>;
using MaxPool2d = MaxPool<2>;
using MaxPool3d = MaxPool<3>;

template <std::size_t N>
class AvgPool : public Module {
 public:
  explicit AvgPool(Size<N> kernel_size, AvgPoolOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  Size<N> kernel_size_;
  AvgPoolOptions<N> options_;
};

extern template class RETROGRAD_API AvgPool<1>;
extern template class RETROGRAD_API AvgPool<2>;
extern template class RETROGRAD_API AvgPool<3>;
using AvgPool1d = AvgPool<1>;
using AvgPool2d = AvgPool<2>;
using AvgPool3d = AvgPool<3>;

template <std::size_t N>
class AdaptiveMaxPool : public Module {
 public:
  explicit AdaptiveMaxPool(Size<N> output_size, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  Size<N> output_size_;
};

extern template class RETROGRAD_API AdaptiveMaxPool<1>;
extern template class RETROGRAD_API AdaptiveMaxPool<2>;
extern template class RETROGRAD_API AdaptiveMaxPool<3>;
using AdaptiveMaxPool1d = AdaptiveMaxPool<1>;
using AdaptiveMaxPool2d = AdaptiveMaxPool<2>;
using AdaptiveMaxPool3d = AdaptiveMaxPool<3>;

template <std::size_t N>
class AdaptiveAvgPool : public Module {
 public:
  explicit AdaptiveAvgPool(Size<N> output_size, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  Size<N> output_size_;
};

extern template class RETROGRAD_API AdaptiveAvgPool<1>;
extern template class RETROGRAD_API AdaptiveAvgPool<2>;
extern template class RETROGRAD_API AdaptiveAvgPool<3>;
using AdaptiveAvgPool1d = AdaptiveAvgPool<1>;
using AdaptiveAvgPool2d = AdaptiveAvgPool<2>;
using AdaptiveAvgPool3d = AdaptiveAvgPool<3>;

template <std::size_t N>
class LPPool : public Module {
 public:
  LPPool(double norm_type, Size<N> kernel_size, LPPoolOptions<N> options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  double norm_type_;
  Size<N> kernel_size_;
  LPPoolOptions<N> options_;
};

extern template class RETROGRAD_API LPPool<1>;
extern template class RETROGRAD_API LPPool<2>;
using LPPool1d = LPPool<1>;
using LPPool2d = LPPool<2>;

// Takes the values and indices of a max pool; the size of the result, where the usual one is not
// meant, is an argument of the call, as in PyTorch.
template <std::size_t N>
class MaxUnpool : public Module {
 public:
  explicit MaxUnpool(Size<N> kernel_size, OptionalSize<N> stride = {}, Size<N> padding = 0,
                     Where where = {});
  Tensor operator()(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size = {},
                    Where where = {});
  std::string describe() const override;

 private:
  Size<N> kernel_size_;
  OptionalSize<N> stride_;
  Size<N> padding_;
};

extern template class RETROGRAD_API MaxUnpool<1>;
extern template class RETROGRAD_API MaxUnpool<2>;
extern template class RETROGRAD_API MaxUnpool<3>;
using MaxUnpool1d = MaxUnpool<1>;
using MaxUnpool2d = MaxUnpool<2>;
using MaxUnpool3d = MaxUnpool<3>;

}  // namespace retrograd::nn
