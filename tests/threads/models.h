// The models that train_models trains, each with dropout.
#pragma once

#include <cstdint>

#include <retrograd/retrograd.h>

#include "bench/models.h"

namespace test {

namespace rg = retrograd;
namespace nn = retrograd::nn;
using rg::Tensor;

inline nn::Sequential lenet() {
  return nn::Sequential{nn::Conv2d(1, 6, 5, {.padding = 2}),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Conv2d(6, 16, 5),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Flatten(),
                        nn::Linear(400, 120),
                        nn::ReLU(),
                        nn::Dropout(0.5),
                        nn::Linear(120, 84),
                        nn::ReLU(),
                        nn::Linear(84, 10)};
}

struct ResNet20 : bench::ResNet20 {
  nn::Dropout dropout{0.1};

  nn::Members members() override { return {{"blocks", blocks}, {"dropout", dropout}, {"fc", fc}}; }
  Tensor forward(const Tensor& images) override {
    return fc(dropout(rg::mean(blocks(images), {2, 3})));
  }
};

// O. Ronneberger et al., "U-Net: convolutional networks for biomedical image segmentation", 2015,
// with two halvings and padded convolutions.
struct UNet : nn::Module {
  nn::Sequential down1 = convolutions(1, 16);
  nn::Sequential down2 = convolutions(16, 32);
  nn::Sequential bottom = convolutions(32, 64);
  nn::Dropout2d dropout{0.2};
  nn::ConvTranspose2d raise2{64, 32, 2, {.stride = 2}};
  nn::Sequential up2 = convolutions(64, 32);
  nn::ConvTranspose2d raise1{32, 16, 2, {.stride = 2}};
  nn::Sequential up1 = convolutions(32, 16);
  nn::Conv2d head{16, 1, 1};

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
  Tensor forward(const Tensor& images) override {
    const Tensor large = down1(images);                   // (N, 16, H, W)
    const Tensor half = down2(rg::max_pool2d(large, 2));  // (N, 32, H / 2, W / 2)
    Tensor x = dropout(bottom(rg::max_pool2d(half, 2)));  // (N, 64, H / 4, W / 4)
    x = up2(rg::cat({half, raise2(x)}, 1));
    return head(up1(rg::cat({large, raise1(x)}, 1)));
  }
};

// Gives scores for each step of a sequence (N, T, 32).
struct Lstm : nn::Module {
  nn::LSTM lstm{32, 128, {.batch_first = true}};
  nn::Dropout dropout{0.2};
  nn::Linear head{128, 10};

  nn::Members members() override { return {{"lstm", lstm}, {"dropout", dropout}, {"head", head}}; }
  Tensor forward(const Tensor& x) override {
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
  nn::Dropout dropout{0.1};

  explicit Encoder(std::int64_t width)
      : norm1(width),
        attention(width, 4, {.batch_first = true}),
        norm2(width),
        mlp(nn::Linear(width, 4 * width), nn::GELU(), nn::Dropout(0.1),
            nn::Linear(4 * width, width)) {}
  nn::Members members() override {
    return {{"norm1", norm1},
            {"attention", attention},
            {"norm2", norm2},
            {"mlp", mlp},
            {"dropout", dropout}};
  }
  Tensor forward(const Tensor& tokens) override {
    const Tensor in = norm1(tokens);
    const Tensor x = tokens + dropout(attention(in, in, in, {.need_weights = false}).output);
    return x + dropout(mlp(norm2(x)));
  }
};

// Images (N, 3, 32, 32) as 64 tokens of 4x4 patches.
struct Vit : nn::Module {
  nn::Conv2d patches{3, 64, 4, {.stride = 4}};
  Tensor positions = 0.02 * rg::randn({1, 64, 64});
  nn::Dropout dropout{0.1};
  nn::Sequential layers{Encoder(64), Encoder(64)};
  nn::LayerNorm norm{64};
  nn::Linear head{64, 10};

  nn::Members members() override {
    return {{"patches", patches}, {"positions", positions}, {"dropout", dropout},
            {"layers", layers},   {"norm", norm},           {"head", head}};
  }
  Tensor forward(const Tensor& images) override {
    const Tensor tokens = rg::transpose(rg::flatten(patches(images), 2), 1, 2);  // (N, 64, 64)
    return head(rg::mean(norm(layers(dropout(tokens + positions))), {1}));
  }
};

}  // namespace test
