/// @file
/// SqueezeNet (Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and
/// <0.5MB model size", 2016).
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/models/network.h>
#include <retrograd/nn/sequential.h>
#include <retrograd/tensor/api.h>

namespace retrograd::models {

/// Options of SqueezeNet.
struct SqueezeNetOptions {
  std::int64_t num_classes = 1000;  ///< Number of classes.
  double dropout = 0.5;             ///< Probability of a zero before the last layer.
};

/// SqueezeNet 1.1. squeezenet1_1() makes it. Its scores are at least 0.
class RETROGRAD_API SqueezeNet : public Network {
 public:
  /// Makes the network.
  /// @throws ValueError if an option is out of range.
  explicit SqueezeNet(const SqueezeNetOptions& options = {});

  nn::Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "SqueezeNet"; }

  nn::Sequential features;    ///< Blocks of convolutions.
  nn::Sequential classifier;  ///< Dropout, the last convolution, ReLU and the mean.

 protected:
  void make_head(std::int64_t num_classes) override;
};

/// Returns a SqueezeNet 1.1.
/// @code rg::models::SqueezeNet model = rg::models::squeezenet1_1({.num_classes = 10}); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API SqueezeNet squeezenet1_1(const SqueezeNetOptions& options = {}, Where where = {});

}  // namespace retrograd::models
