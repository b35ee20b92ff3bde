/// @file
/// DenseNet (Huang et al., "Densely connected convolutional networks", 2017).
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/models/network.h>
#include <retrograd/nn/linear.h>
#include <retrograd/nn/sequential.h>
#include <retrograd/tensor/api.h>

namespace retrograd::models {

/// Options of DenseNet.
struct DenseNetOptions {
  std::int64_t num_classes = 1000;  ///< Number of classes.
  double drop_rate = 0;             ///< Probability of a zero after each layer of a block.
};

/// DenseNet-121. densenet121() makes it.
class RETROGRAD_API DenseNet : public Network {
 public:
  /// Makes the network.
  /// @throws ValueError if an option is out of range.
  explicit DenseNet(const DenseNetOptions& options = {});

  nn::Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "DenseNet"; }

  nn::NamedSequential features;  ///< Dense blocks, with a transition between two.
  nn::Linear classifier;         ///< Last layer, which scores classes.

 protected:
  void make_head(std::int64_t num_classes) override;
};

/// Returns a DenseNet-121. Files of torchvision's weights have the older names `norm.1`, `relu.1`
/// and so on, which torchvision renames to `norm1` and `relu1` when it loads them.
/// @code rg::models::DenseNet model = rg::models::densenet121({.num_classes = 10}); @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API DenseNet densenet121(const DenseNetOptions& options = {}, Where where = {});

}  // namespace retrograd::models
