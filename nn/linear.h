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

/// Options of Linear and Bilinear.
struct LinearOptions {
  bool bias = true;       ///< Whether a learnable bias of shape (out_features) is added.
  DType dtype = float32;  ///< Element type of the parameters.
};

/// linear() as a layer: `x weight^T + bias` for `x` (..., in_features). `weight` is (out_features,
/// in_features), and `bias` is (out_features). Both start uniform in [-1/sqrt(in_features),
/// 1/sqrt(in_features)).
/// @code nn::Linear(784, 10)(rg::rand({32, 784})).shape();  // [32, 10] @endcode
class RETROGRAD_API Linear : public Weighted {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options = {},
         Where where = {});
  Tensor forward(const Tensor& x) override;
  /// Returns `relu(forward(x))`, computed as one operator.
  /// @throws ShapeError if `x` has another number of features.
  Tensor forward_relu(const Tensor& x);
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  // Throws ShapeError with the layer that would fit, for another number of features.
  void require_features(const Tensor& x) const;
};

/// bilinear() as a layer: `out[..., o] = bias[o] + sum over i and j of x1[..., i] weight[o][i][j]
/// x2[..., j]`. `weight` is (out_features, in1_features, in2_features), and `bias` is
/// (out_features). Both start uniform in [-1/sqrt(in1_features), 1/sqrt(in1_features)).
/// @code nn::Bilinear(3, 4, 2)(rg::rand({8, 3}), rg::rand({8, 4})).shape();  // [8, 2] @endcode
class RETROGRAD_API Bilinear : public ModuleOf<Tensor(const Tensor& x1, const Tensor& x2)> {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  Bilinear(std::int64_t in1_features, std::int64_t in2_features, std::int64_t out_features,
           LinearOptions options = {}, Where where = {});
  /// Returns the parameters by name.
  Members members() override { return {{"weight", weight}, {"bias", bias}}; }
  /// Returns the bilinear form of `x1` and `x2`.
  /// @throws ShapeError if a shape does not fit.
  Tensor forward(const Tensor& x1, const Tensor& x2) override;
  /// Returns the layer and its arguments, as summaries show them.
  std::string describe() const override;
  /// Returns the number of multiplications, each with an addition, of a call.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

  Tensor weight;  ///< Weight, (out_features, in1_features, in2_features).
  Tensor bias;    ///< Bias, (out_features), or undefined.
};

}  // namespace retrograd::nn
