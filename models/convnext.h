/// @file
/// ConvNeXt (Liu et al., "A ConvNet for the 2020s", 2022).
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/models/network.h>
#include <retrograd/nn/pool.h>
#include <retrograd/nn/sequential.h>
#include <retrograd/tensor/api.h>

namespace retrograd::models {

/// Options of ConvNeXt.
struct ConvNeXtOptions {
  std::int64_t num_classes = 1000;  ///< Number of classes.
  /// Probability that the last block skips a sample; it grows linearly from 0 at the first one.
  double stochastic_depth_prob = 0.1;
  double layer_scale = 1e-6;  ///< First factor of each block's result.
};

/// ConvNeXt in its tiny form. convnext_tiny() makes it.
class RETROGRAD_API ConvNeXt : public Network {
 public:
  /// Makes the network.
  /// @throws ValueError if an option is out of range.
  explicit ConvNeXt(const ConvNeXtOptions& options = {});

  nn::Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "ConvNeXt"; }

  nn::Sequential features;        ///< Four groups of blocks.
  nn::AdaptiveAvgPool2d avgpool;  ///< Mean over the positions.
  nn::Sequential classifier;      ///< Layer norm and the last layer.

 protected:
  void make_head(std::int64_t num_classes) override;
};

/// Returns a ConvNeXt of the tiny form.
/// @code rg::models::ConvNeXt model = rg::models::convnext_tiny({.num_classes = 10}); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API ConvNeXt convnext_tiny(const ConvNeXtOptions& options = {}, Where where = {});

}  // namespace retrograd::models
