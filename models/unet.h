/// @file
/// U-Net (Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation",
/// 2015), with the names of github.com/milesial/Pytorch-UNet: `inc.double_conv.0.weight`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <retrograd/models/network.h>
#include <retrograd/nn/conv.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/nn/sequential.h>
#include <retrograd/tensor/api.h>

namespace retrograd::models {

/// Options of U-Net.
struct UNetOptions {
  std::int64_t num_channels = 3;  ///< Number of channels of the images.
  std::int64_t num_classes = 2;   ///< Number of classes of a pixel.
  bool bilinear = false;          ///< Whether images grow by interpolation, not convolution.
};

/// Two 3x3 convolutions, each with batch norm and ReLU.
class RETROGRAD_API DoubleConv : public nn::Module {
 public:
  /// Makes the block, with `between` channels after the first convolution.
  DoubleConv(std::int64_t in, std::int64_t between, std::int64_t out);

  nn::Members members() override { return {{"double_conv", double_conv}}; }
  Tensor forward(const Tensor& x) override { return double_conv(x); }
  std::string describe() const override { return "DoubleConv"; }

  nn::Sequential double_conv;  ///< Its layers.
};

/// A max pool, which halves the size, and a DoubleConv.
class RETROGRAD_API Down : public nn::Module {
 public:
  /// Makes the block.
  Down(std::int64_t in, std::int64_t out);

  nn::Members members() override { return {{"maxpool_conv", maxpool_conv}}; }
  Tensor forward(const Tensor& x) override { return maxpool_conv(x); }
  std::string describe() const override { return "Down"; }

  nn::Sequential maxpool_conv;  ///< Its layers.
};

/// A layer that doubles the size, and a DoubleConv of its result and the larger image before it.
class RETROGRAD_API Up : public nn::ModuleOf<Tensor(const Tensor& small, const Tensor& large)> {
 public:
  /// Makes the block, for `in` channels of both images together.
  Up(std::int64_t in, std::int64_t out, bool bilinear);

  /// Returns the layers by name.
  nn::Members members() override { return {{"up", *up}, {"conv", conv}}; }
  /// Returns the features of both images. The small one is padded to the size of the large one.
  Tensor forward(const Tensor& small, const Tensor& large) override;
  /// Returns the name, as summaries show it.
  std::string describe() const override { return "Up"; }

  std::unique_ptr<nn::Module> up;  ///< A ConvTranspose2d, or an Upsample.
  DoubleConv conv;                 ///< Convolutions of both.
};

/// A 1x1 convolution, which scores classes.
class RETROGRAD_API OutConv : public nn::Module {
 public:
  /// Makes the block.
  OutConv(std::int64_t in, std::int64_t out) : conv(in, out, 1) {}

  nn::Members members() override { return {{"conv", conv}}; }
  Tensor forward(const Tensor& x) override { return conv(x); }
  std::string describe() const override { return "OutConv"; }

  nn::Conv2d conv;  ///< The convolution.
};

/// U-Net. unet() makes it. It returns scores (N, num_classes, H, W) of the pixels of images (N,
/// num_channels, H, W), whose sides are at least 16.
class RETROGRAD_API UNet : public Network {
 public:
  /// Makes the network.
  /// @throws ValueError if an option is out of range.
  explicit UNet(const UNetOptions& options = {});

  nn::Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "UNet"; }

  DoubleConv inc;  ///< First convolutions.
  Down down1;      ///< Half of the size.
  Down down2;      ///< A quarter of the size.
  Down down3;      ///< An eighth of the size.
  Down down4;      ///< A sixteenth of the size.
  Up up1;          ///< An eighth of the size.
  Up up2;          ///< A quarter of the size.
  Up up3;          ///< Half of the size.
  Up up4;          ///< The whole size.
  OutConv outc;    ///< Last layer, which scores classes.

 protected:
  void make_head(std::int64_t num_classes) override;
};

/// Returns a U-Net.
/// @code rg::models::unet({.num_classes = 5})(rg::rand({1, 3, 64, 96})).shape();  // [1, 5, 64, 96]
/// @endcode
/// @throws ValueError if an option is out of range.
RETROGRAD_API UNet unet(const UNetOptions& options = {}, Where where = {});

}  // namespace retrograd::models
