// The networks of the training rows beside models.h. Those with a `dropout` take its probability.
#pragma once

#include <cstdint>
#include <utility>

#include <retrograd/retrograd.h>

namespace bench {

namespace rg = retrograd;
namespace nn = retrograd::nn;

// Does no work for a probability of 0.
inline nn::Sequential dropout_of(double probability) {
  nn::Sequential layers;
  if (probability > 0) {
    layers.push_back(nn::Dropout(probability));
  }
  return layers;
}

// Gives scores for each step of a sequence (N, T, 32).
struct Lstm : nn::Module {
  nn::LSTM lstm{32, 128, {.batch_first = true}};
  nn::Sequential dropout;
  nn::Linear head{128, 10};
  // Of the first layer's work, what reads its input.
  static constexpr double kInputShare = 32.0 / (32 + 128);

  explicit Lstm(double probability = 0) : dropout(dropout_of(probability)) {}
  nn::Members members() override { return {{"lstm", lstm}, {"dropout", dropout}, {"head", head}}; }
  rg::Tensor forward(const rg::Tensor& x) override {
    return rg::flatten(head(dropout(lstm(x).output)), 0, 1);  // (N T, 10)
  }
};

// A layer of A. Dosovitskiy et al., "An image is worth 16x16 words", 2021, for tokens (N, L,
// width).
struct Encoder : nn::Module {
  nn::LayerNorm norm1;
  nn::MultiheadAttention attention;
  nn::LayerNorm norm2;
  nn::Sequential mlp;
  nn::Sequential dropout;

  Encoder(std::int64_t width, double probability)
      : norm1(width),
        attention(width, 4, {.batch_first = true}),
        norm2(width),
        mlp(nn::Linear(width, 4 * width), nn::GELU(), dropout_of(probability),
            nn::Linear(4 * width, width)),
        dropout(dropout_of(probability)) {}
  nn::Members members() override {
    return {{"norm1", norm1},
            {"attention", attention},
            {"norm2", norm2},
            {"mlp", mlp},
            {"dropout", dropout}};
  }
  rg::Tensor forward(const rg::Tensor& tokens) override {
    const rg::Tensor in = norm1(tokens);
    const rg::Tensor x = tokens + dropout(attention(in, in, in, {.need_weights = false}).output);
    return x + dropout(mlp(norm2(x)));
  }
};

// Images (N, 3, 32, 32) as 64 tokens of 4x4 patches.
struct Vit : nn::Module {
  nn::Conv2d patches{3, 64, 4, {.stride = 4}};
  rg::Tensor positions = 0.02 * rg::randn({1, 64, 64});
  nn::Sequential dropout;
  nn::Sequential layers;
  nn::LayerNorm norm{64};
  nn::Linear head{64, 10};

  explicit Vit(double probability = 0)
      : dropout(dropout_of(probability)),
        layers(Encoder(64, probability), Encoder(64, probability)) {}
  nn::Members members() override {
    return {{"patches", patches}, {"positions", positions}, {"dropout", dropout},
            {"layers", layers},   {"norm", norm},           {"head", head}};
  }
  rg::Tensor forward(const rg::Tensor& images) override {
    const rg::Tensor tokens = rg::transpose(rg::flatten(patches(images), 2), 1, 2);  // (N, 64, 64)
    return head(rg::mean(norm(layers(dropout(tokens + positions))), {1}));
  }
};

// O. Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation", 2015,
// with two halvings and padded convolutions.
struct UNet : nn::Module {
  nn::Sequential down1 = convolutions(1, 16);
  nn::Sequential down2 = convolutions(16, 32);
  nn::Sequential bottom = convolutions(32, 64);
  nn::Sequential dropout;
  nn::ConvTranspose2d raise2{64, 32, 2, {.stride = 2}};
  nn::Sequential up2 = convolutions(64, 32);
  nn::ConvTranspose2d raise1{32, 16, 2, {.stride = 2}};
  nn::Sequential up1 = convolutions(32, 16);
  nn::Conv2d head{16, 1, 1};

  explicit UNet(double probability = 0) {
    if (probability > 0) {
      dropout.push_back(nn::Dropout2d(probability));
    }
  }
  static nn::Sequential convolutions(std::int64_t in, std::int64_t out) {
    return nn::Sequential{
        nn::Conv2d(in, out, 3, {.padding = 1}),  nn::BatchNorm2d(out), nn::ReLU(),
        nn::Conv2d(out, out, 3, {.padding = 1}), nn::BatchNorm2d(out), nn::ReLU()};
  }
  nn::Members members() override {
    return {{"down1", down1},     {"down2", down2},   {"bottom", bottom},
            {"dropout", dropout}, {"raise2", raise2}, {"up2", up2},
            {"raise1", raise1},   {"up1", up1},       {"head", head}};
  }
  rg::Tensor forward(const rg::Tensor& images) override {
    const rg::Tensor large = down1(images);                   // (N, 16, H, W)
    const rg::Tensor half = down2(rg::max_pool2d(large, 2));  // (N, 32, H / 2, W / 2)
    rg::Tensor x = dropout(bottom(rg::max_pool2d(half, 2)));  // (N, 64, H / 4, W / 4)
    x = up2(rg::cat({half, raise2(x)}, 1));
    return head(up1(rg::cat({large, raise1(x)}, 1)));
  }
};

// Three pairs of 3x3 convolutions, in the manner of K. Simonyan and A. Zisserman, 2015.
struct Vgg : nn::Sequential {
  Vgg() {
    std::int64_t in = 3;
    for (const std::int64_t out : {64, 128, 256}) {
      push_back(nn::Conv2d(in, out, 3, {.padding = 1}));
      push_back(nn::ReLU());
      push_back(nn::Conv2d(out, out, 3, {.padding = 1}));
      push_back(nn::ReLU());
      push_back(nn::MaxPool2d(2));
      in = out;
    }
    push_back(nn::Flatten());
    push_back(nn::Linear(256 * 4 * 4, 10));
  }
};

// Channels that fill no vector.
struct OddChannels : nn::Sequential {
  OddChannels()
      : Sequential(nn::Conv2d(3, 13, 3, {.padding = 1}), nn::ReLU(),
                   nn::Conv2d(13, 29, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2),
                   nn::Conv2d(29, 37, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2),
                   nn::Flatten(), nn::Linear(37 * 8 * 8, 10)) {}
};

// In the manner of A. Howard et al., "MobileNets", 2017.
struct Depthwise : nn::Module {
  nn::Sequential features;
  nn::Linear fc{256, 10};

  Depthwise() {
    convolution(3, 32, 3, {.stride = 2, .padding = 1, .bias = false});
    separable(32, 64, 1);
    separable(64, 128, 2);
    separable(128, 128, 1);
    separable(128, 256, 2);
    separable(256, 256, 1);
  }
  nn::Members members() override { return {{"features", features}, {"fc", fc}}; }
  rg::Tensor forward(const rg::Tensor& images) override {
    return fc(rg::mean(features(images), {2, 3}));
  }

 private:
  void convolution(std::int64_t in, std::int64_t out, std::int64_t kernel,
                   const nn::Conv2dOptions& options) {
    features.push_back(nn::Conv2d(in, out, kernel, options));
    features.push_back(nn::BatchNorm2d(out));
    features.push_back(nn::ReLU());
  }
  void separable(std::int64_t in, std::int64_t out, std::int64_t stride) {
    convolution(in, in, 3, {.stride = stride, .padding = 1, .groups = in, .bias = false});
    convolution(in, out, 1, {.bias = false});
  }
};

// One channel of an electrocardiogram, (N, 1, 720).
struct Ecg : nn::Sequential {
  Ecg() {
    std::int64_t in = 1;
    for (const auto& [out, kernel] : {std::pair(16, 7), std::pair(32, 5), std::pair(64, 5)}) {
      push_back(nn::Conv1d(in, out, kernel, {.padding = kernel / 2, .bias = false}));
      push_back(nn::BatchNorm1d(out));
      push_back(nn::ReLU());
      push_back(nn::MaxPool1d(2));
      in = out;
    }
    push_back(nn::Flatten());
    push_back(nn::Linear(64 * 90, 5));
  }
};

}  // namespace bench
