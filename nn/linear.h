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

/// Options of `Linear` and `Bilinear`, given as `{.name = value}`; omitted ones keep their
/// defaults.
struct LinearOptions {
  bool bias = true;       ///< Adds a learnable bias of shape (out_features) when true.
  DType dtype = float32;  ///< Element type of the parameters.
};

/// A linear layer, `y = x weight^T + bias`.
///
/// An input (..., in_features) gives an output (..., out_features). The weight has shape
/// (out_features, in_features), the bias (out_features). Both start uniform in [-1 /
/// sqrt(in_features), 1 / sqrt(in_features)).
///
/// @code
/// nn::Linear layer(784, 10);
/// Tensor y = layer(x);  // (8, 784) to (8, 10)
/// @endcode
class RETROGRAD_API Linear : public Weighted {
 public:
  /// Constructs a layer with random weights.
  ///
  /// @throws ValueError if a number of features is not positive.
  /// @throws DTypeError if `dtype` is not floating.
  Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options = {},
         Where where = {});
  Tensor forward(const Tensor& x) override;
  /// Returns `relu(forward(x))`, computed by one operator.
  Tensor forward_relu(const Tensor& x);
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  // Throws ShapeError with the layer that would fit, for another number of features.
  void require_features(const Tensor& x) const;
};

/// A bilinear layer of two inputs:
/// @code
/// y[..., o] = sum over i and j of x1[..., i] weight[o, i, j] x2[..., j] + bias[o]
/// @endcode
///
/// Inputs (..., in1_features) and (..., in2_features) give an output (..., out_features). The
/// weight has shape (out_features, in1_features, in2_features), the bias (out_features). Both start
/// uniform in [-1 / sqrt(in1_features), 1 / sqrt(in1_features)).
///
/// @code
/// nn::Bilinear layer(20, 30, 40);
/// Tensor y = layer(x1, x2);  // (8, 20) and (8, 30) to (8, 40)
/// @endcode
class RETROGRAD_API Bilinear : public ModuleOf<Tensor(const Tensor& x1, const Tensor& x2)> {
 public:
  /// Constructs a layer with random weights.
  ///
  /// @throws ValueError if a number of features is not positive.
  /// @throws DTypeError if `dtype` is not floating.
  Bilinear(std::int64_t in1_features, std::int64_t in2_features, std::int64_t out_features,
           LinearOptions options = {}, Where where = {});
  /// Returns the members of the module, by name.
  Members members() override { return {{"weight", weight}, {"bias", bias}}; }
  /// Returns the output for two inputs with equal leading dimensions.
  ///
  /// @throws ShapeError if the inputs do not fit each other or the weight.
  Tensor forward(const Tensor& x1, const Tensor& x2) override;
  /// Returns the layer and its arguments, as summaries show it.
  std::string describe() const override;
  /// Returns the number of multiply-adds of a call.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

  Tensor weight;  ///< Weight (out_features, in1_features, in2_features).
  Tensor bias;    ///< Bias (out_features); undefined if `bias` is false.
};

}  // namespace retrograd::nn
