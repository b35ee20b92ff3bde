/// @file
/// Linear layers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/nn/layer.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options, given as {.name = value}; what is left out keeps its default.
struct LinearOptions {
  bool bias = true;       ///< The bias, or whether there is one.
  DType dtype = float32;  ///< Element type.
};

/// x weight^T + bias for x (..., in_features); weight (out, in), bias (out). Both start uniform in
/// [-1/sqrt(in), 1/sqrt(in)).
class RETROGRAD_API Linear : public Weighted {
 public:
  /// Constructs it from what the class and its options describe.
  Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options = {},
         Where where = {});
  Tensor forward(const Tensor& x) override;
  /// relu(forward(x)) in one operator.
  Tensor forward_relu(const Tensor& x);
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  // Throws ShapeError with the layer that would fit, for another number of features.
  void require_features(const Tensor& x) const;
};

/// y[..., o] = sum over i and j of x1[..., i] weight[o][i][j] x2[..., j], plus bias[o]: weight
/// (out, in1, in2), bias (out). Both start uniform in [-1/sqrt(in1), 1/sqrt(in1)).
class RETROGRAD_API Bilinear : public ModuleOf<Tensor(const Tensor& x1, const Tensor& x2)> {
 public:
  /// Constructs it from what the class and its options describe.
  Bilinear(std::int64_t in1_features, std::int64_t in2_features, std::int64_t out_features,
           LinearOptions options = {}, Where where = {});
  /// What the module owns, by name.
  Members members() override { return {{"weight", weight}, {"bias", bias}}; }
  /// Computes what a call of the module gives.
  Tensor forward(const Tensor& x1, const Tensor& x2) override;
  /// The layer and its arguments, as summaries show it.
  std::string describe() const override;
  /// How many multiplications, each with an addition, a call does.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

  /// The weight, which is multiplied with the input; among a loss's options a factor for each class
  /// or element.
  Tensor weight;
  Tensor bias;  ///< The bias, or whether there is one. Undefined without.
};

}  // namespace retrograd::nn
