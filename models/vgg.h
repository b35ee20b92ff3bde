/// @file
/// VGG networks (Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
/// recognition", 2015).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/models/network.h>
#include <retrograd/nn/pool.h>
#include <retrograd/nn/sequential.h>
#include <retrograd/tensor/api.h>

namespace retrograd::models {

/// Options of VGG networks.
struct VGGOptions {
  std::int64_t num_classes = 1000;  ///< Number of classes.
  double dropout = 0.5;             ///< Probability of a zero between the last layers.
};

/// A VGG network. vgg11(), vgg16() and their forms with batch norm make it.
class RETROGRAD_API VGG : public Network {
 public:
  /// Makes a network of 3x3 convolutions. Each number of `channels` is a convolution with ReLU, and
  /// 0 is a max pool.
  /// @throws ValueError if an option is out of range.
  VGG(const std::vector<std::int64_t>& channels, bool batch_norm, const VGGOptions& options = {});

  nn::Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "VGG"; }

  nn::Sequential features;        ///< Convolutions and pools.
  nn::AdaptiveAvgPool2d avgpool;  ///< Mean over parts, to 7x7 positions.
  nn::Sequential classifier;      ///< Three linear layers.

 protected:
  void make_head(std::int64_t num_classes) override;
};

/// Returns a VGG network of 11 layers.
/// @code rg::models::VGG model = rg::models::vgg11({.num_classes = 10}); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API VGG vgg11(const VGGOptions& options = {}, Where where = {});
/// Returns a VGG network of 11 layers with batch norm.
/// @code rg::models::VGG model = rg::models::vgg11_bn(); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API VGG vgg11_bn(const VGGOptions& options = {}, Where where = {});
/// Returns a VGG network of 16 layers.
/// @code rg::models::VGG model = rg::models::vgg16(); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API VGG vgg16(const VGGOptions& options = {}, Where where = {});
/// Returns a VGG network of 16 layers with batch norm.
/// @code rg::models::VGG model = rg::models::vgg16_bn(); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API VGG vgg16_bn(const VGGOptions& options = {}, Where where = {});

}  // namespace retrograd::models
