// Pooling layers.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/ops/pool.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

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

}  // namespace retrograd::nn
