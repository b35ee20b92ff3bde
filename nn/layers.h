// Layers with PyTorch's names, arguments, defaults, initial values and state-dict keys.
// Constructors throw ValueError for sizes out of range.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/ops/conv.h>
#include <retrograd/ops/pool.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

struct LinearOptions {
  bool bias = true;
  DType dtype = float32;
};

// x weight^T + bias for x (..., in_features); weight (out, in), bias (out). Both start uniform in
// [-1/sqrt(in), 1/sqrt(in)).
class RETROGRAD_API Linear : public Module {
 public:
  Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options = {},
         Where where = {});

  Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

  Tensor weight;
  Tensor bias;  // undefined without
};

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

  Tensor weight;
  Tensor bias;  // undefined without

 private:
  ConvOptions<N> options_;
};

extern template class RETROGRAD_API Conv<1>;
extern template class RETROGRAD_API Conv<2>;
using Conv1d = Conv<1>;
using Conv2d = Conv<2>;

class RETROGRAD_API ReLU : public Module {
 public:
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "ReLU()"; }
};

class RETROGRAD_API Tanh : public Module {
 public:
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "Tanh()"; }
};

class RETROGRAD_API Sigmoid : public Module {
 public:
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "Sigmoid()"; }
};

class RETROGRAD_API MaxPool2d : public Module {
 public:
  explicit MaxPool2d(Size<2> kernel_size, MaxPool2dOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  Size<2> kernel_size_;
  MaxPool2dOptions options_;
};

class RETROGRAD_API AvgPool2d : public Module {
 public:
  explicit AvgPool2d(Size<2> kernel_size, AvgPool2dOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  Size<2> kernel_size_;
  AvgPool2dOptions options_;
};

// Joins the dimensions start to end, by default all but the batch.
class RETROGRAD_API Flatten : public Module {
 public:
  explicit Flatten(std::int64_t start_dim = 1, std::int64_t end_dim = -1)
      : start_(start_dim), end_(end_dim) {}
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  std::int64_t start_;
  std::int64_t end_;
};

}  // namespace retrograd::nn
