// Convolution layers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/ops/conv.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

template <std::size_t N>
struct ConvLayerOptions {
  Size<N> stride = 1;
  Padding<N> padding = 0;  // or valid, or same
  Size<N> dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  DType dtype = float32;
};

// Convolution over N spatial dimensions; weight (out, in / groups, kernel...), bias (out). Both
// start uniform in [-1/sqrt(n), 1/sqrt(n)) with n = in / groups times the kernel's size.
template <std::size_t N>
class Conv : public Module {
 public:
  Conv(std::int64_t in_channels, std::int64_t out_channels, Size<N> kernel_size,
       ConvLayerOptions<N> options = {}, Where where = {});

  Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

  Tensor weight;
  Tensor bias;  // undefined without

 private:
  ConvOptions<N> options_;
};

extern template class RETROGRAD_API Conv<1>;
extern template class RETROGRAD_API Conv<2>;
using Conv1d = Conv<1>;
using Conv2d = Conv<2>;

}  // namespace retrograd::nn
