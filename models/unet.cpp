#include <retrograd/models/unet.h>

#include <retrograd/models/detail/blocks.h>
#include <retrograd/nn/activation.h>
#include <retrograd/nn/pool.h>
#include <retrograd/nn/resample.h>
#include <retrograd/ops/pad.h>
#include <retrograd/ops/shape.h>

namespace retrograd::models {

using std::int64_t;

DoubleConv::DoubleConv(int64_t in, int64_t between, int64_t out)
    : double_conv(nn::Conv2d(in, between, 3, {.padding = 1, .bias = false}),
                  nn::BatchNorm2d(between), nn::ReLU(),
                  nn::Conv2d(between, out, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d(out),
                  nn::ReLU()) {}

Down::Down(int64_t in, int64_t out) : maxpool_conv(nn::MaxPool2d(2), DoubleConv(in, out, out)) {}

Up::Up(int64_t in, int64_t out, bool bilinear) : conv(in, bilinear ? in / 2 : out, out) {
  if (bilinear) {
    up = std::make_unique<nn::Upsample>(nn::Upsample(
        {.scale_factor = 2, .mode = InterpolateMode::bilinear, .align_corners = true}));
  } else {
    up = std::make_unique<nn::ConvTranspose2d>(nn::ConvTranspose2d(in, in / 2, 2, {.stride = 2}));
  }
}

Tensor Up::forward(const Tensor& small, const Tensor& large) {
  const Tensor grown = (*up)(small);
  const int64_t rows = large.size(2) - grown.size(2);
  const int64_t columns = large.size(3) - grown.size(3);
  const Tensor padded = pad(grown, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
  return conv(cat({large, padded}, 1));
}

UNet::UNet(const UNetOptions& options)
    : inc(options.num_channels, 64, 64),
      down1(64, 128),
      down2(128, 256),
      down3(256, 512),
      down4(512, options.bilinear ? 512 : 1024),
      up1(1024, options.bilinear ? 256 : 512, options.bilinear),
      up2(512, options.bilinear ? 128 : 256, options.bilinear),
      up3(256, options.bilinear ? 64 : 128, options.bilinear),
      up4(128, 64, options.bilinear),
      outc(64, options.num_classes) {}

nn::Members UNet::members() {
  return {{"inc", inc}, {"down1", down1}, {"down2", down2}, {"down3", down3}, {"down4", down4},
          {"up1", up1}, {"up2", up2},     {"up3", up3},     {"up4", up4},     {"outc", outc}};
}

Tensor UNet::forward(const Tensor& x) {
  const Tensor x1 = inc(x);
  const Tensor x2 = down1(x1);
  const Tensor x3 = down2(x2);
  const Tensor x4 = down3(x3);
  return outc(up4(up3(up2(up1(down4(x4), x4), x3), x2), x1));
}

void UNet::make_head(int64_t num_classes) {
  outc.conv = detail::like(outc.conv, num_classes);
}

UNet unet(const UNetOptions& options, Where where) {
  const Frame call("unet", where);
  return UNet(options);
}

}  // namespace retrograd::models
