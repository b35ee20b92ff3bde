/// @file
/// Residual networks (He et al., "Deep residual learning for image recognition", 2016).
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/models/network.h>
#include <retrograd/nn/activation.h>
#include <retrograd/nn/conv.h>
#include <retrograd/nn/linear.h>
#include <retrograd/nn/norm.h>
#include <retrograd/nn/pool.h>
#include <retrograd/nn/sequential.h>
#include <retrograd/tensor/api.h>

namespace retrograd::models {

/// Options of residual networks.
struct ResNetOptions {
  std::int64_t num_classes = 1000;  ///< Number of classes.
  /// Whether the last batch norm of each block starts with a weight of 0, so that blocks start as
  /// the identity.
  bool zero_init_residual = false;
};

/// A residual network. resnet18(), resnet34() and resnet50() make it.
class RETROGRAD_API ResNet : public Network {
 public:
  /// Kind of the blocks.
  enum class Block : std::uint8_t {
    basic,      ///< Two 3x3 convolutions.
    bottleneck  ///< A 1x1, a 3x3 and a 1x1 convolution.
  };
  /// Makes a network with these numbers of blocks in `layer1` to `layer4`.
  /// @throws ValueError if `num_classes` is below 1.
  ResNet(Block block, const std::int64_t (&blocks)[4], const ResNetOptions& options = {});

  nn::Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "ResNet"; }

  nn::Conv2d conv1;               ///< First convolution, 7x7.
  nn::BatchNorm2d bn1;            ///< Its batch norm.
  nn::ReLU relu;                  ///< Activation.
  nn::MaxPool2d maxpool;          ///< First pool.
  nn::Sequential layer1;          ///< Blocks at a quarter of the size.
  nn::Sequential layer2;          ///< Blocks at an eighth.
  nn::Sequential layer3;          ///< Blocks at a sixteenth.
  nn::Sequential layer4;          ///< Blocks at a thirty-second.
  nn::AdaptiveAvgPool2d avgpool;  ///< Mean over the positions.
  nn::Linear fc;                  ///< Last layer, which scores classes.

 protected:
  void make_head(std::int64_t num_classes) override;
};

/// Returns a ResNet-18.
/// @code rg::models::resnet18({.num_classes = 10})(rg::rand({2, 3, 224, 224})).shape();  // [2, 10]
/// @endcode
/// @throws ValueError if `num_classes` is below 1.
RETROGRAD_API ResNet resnet18(const ResNetOptions& options = {}, Where where = {});
/// Returns a ResNet-34.
/// @code rg::models::ResNet model = rg::models::resnet34(); @endcode
/// @throws ValueError if `num_classes` is below 1.
RETROGRAD_API ResNet resnet34(const ResNetOptions& options = {}, Where where = {});
/// Returns a ResNet-50, with the stride in the 3x3 convolutions as in torchvision.
/// @code rg::models::ResNet model = rg::models::resnet50(); @endcode
/// @throws ValueError if `num_classes` is below 1.
RETROGRAD_API ResNet resnet50(const ResNetOptions& options = {}, Where where = {});

}  // namespace retrograd::models
