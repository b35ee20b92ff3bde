// Linear layers.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/nn/module.h>
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

}  // namespace retrograd::nn
