/// @file
/// MobileNets (Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018;
/// Howard et al., "Searching for MobileNetV3", 2019).
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/models/network.h>
#include <retrograd/nn/pool.h>
#include <retrograd/nn/sequential.h>
#include <retrograd/tensor/api.h>

namespace retrograd::models {

/// Options of MobileNets.
struct MobileNetOptions {
  std::int64_t num_classes = 1000;  ///< Number of classes.
  double dropout = 0.2;             ///< Probability of a zero before the last layer.
};

/// MobileNet-V2. mobilenet_v2() makes it.
class RETROGRAD_API MobileNetV2 : public Network {
 public:
  /// Makes the network.
  /// @throws ValueError if an option is out of range.
  explicit MobileNetV2(const MobileNetOptions& options = {});

  nn::Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "MobileNetV2"; }

  nn::Sequential features;    ///< Blocks of convolutions.
  nn::Sequential classifier;  ///< Dropout and the last layer.

 protected:
  void make_head(std::int64_t num_classes) override;
};

/// MobileNet-V3 in its small form. mobilenet_v3_small() makes it.
class RETROGRAD_API MobileNetV3 : public Network {
 public:
  /// Makes the network.
  /// @throws ValueError if an option is out of range.
  explicit MobileNetV3(const MobileNetOptions& options = {});

  nn::Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "MobileNetV3"; }

  nn::Sequential features;        ///< Blocks of convolutions.
  nn::AdaptiveAvgPool2d avgpool;  ///< Mean over the positions.
  nn::Sequential classifier;      ///< Two linear layers.

 protected:
  void make_head(std::int64_t num_classes) override;
};

/// Returns a MobileNet-V2.
/// @code rg::models::MobileNetV2 model = rg::models::mobilenet_v2({.num_classes = 10}); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API MobileNetV2 mobilenet_v2(const MobileNetOptions& options = {}, Where where = {});
/// Returns a small MobileNet-V3.
/// @code rg::models::MobileNetV3 model = rg::models::mobilenet_v3_small(); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API MobileNetV3 mobilenet_v3_small(const MobileNetOptions& options = {},
                                             Where where = {});

}  // namespace retrograd::models
